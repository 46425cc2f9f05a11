package dev.anyhost.domain;

import java.util.Optional;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What each server name and each Host costs. */
@State(Scope.Thread)
public class HostnameParse {

    private String usual = "shop.customer.example.com";
    private String mixedCase = "Shop.Customer.Example.Com";
    private String refused = "shop_1.customer.example.com";

    @Benchmark
    public Optional<Hostname> usual() {
        return Hostname.parse(usual);
    }

    @Benchmark
    public Optional<Hostname> mixedCase() {
        return Hostname.parse(mixedCase);
    }

    @Benchmark
    public Optional<Hostname> refused() {
        return Hostname.parse(refused);
    }
}
