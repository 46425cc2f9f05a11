package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.ProxyFixture.Setup;
import dev.anyhost.testkit.DnsServer;
import dev.anyhost.testkit.RawOrigin;
import java.net.URI;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Where requests go when an origin's name means something else than before, or nobody can say what. */
class OriginNamesTest {

    private static final String NAME = "app.example.net";
    /** Not kept, so that each request needs the name's address. */
    private static final RawOrigin.Script ONCE =
            RawOrigin.Script.answering("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");

    private static URI named(RawOrigin origin) {
        return URI.create("http://" + NAME + ":" + origin.port());
    }

    private static String status(ProxyFixture proxy) {
        try (var client = proxy.connect()) {
            return client.get("/").readHead().substring(9, 12);
        }
    }

    /** Asks until the answer is another; the name's time to live has to pass. */
    private static void awaitStatus(ProxyFixture proxy, String expected) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        String status = status(proxy);
        while (!status.equals(expected)) {
            assertThat(System.nanoTime() - deadline).as("still " + status).isNegative();
            status = status(proxy);
        }
    }

    @Test
    void movedOrigin_isFollowedWithoutARestart() {
        try (var dns = DnsServer.start();
                var origin = RawOrigin.start(ONCE)) {
            dns.addA(NAME, "127.0.0.9"); // nobody listens there
            try (var proxy = ProxyFixture.start(Setup.to(named(origin)).withResolver(dns.address()))) {
                assertThat(status(proxy)).isEqualTo("502");
                dns.clear(NAME);
                dns.addA(NAME, "127.0.0.1");
                awaitStatus(proxy, "200");
            }
        }
    }

    @Test
    void deadNameServer_leavesTheLastGoodAddress() {
        try (var dns = DnsServer.start();
                var origin = RawOrigin.start(ONCE);
                var proxy = ProxyFixture.start(Setup.to(named(origin)).withResolver(dns.address()))) {
            assertThat(status(proxy)).isEqualTo("200");
            dns.setServfail(NAME);
            int asked = dns.queries(NAME);
            while (dns.queries(NAME) < asked + 2) {
                assertThat(status(proxy)).isEqualTo("200");
            }
            dns.kill();
            assertThat(status(proxy)).isEqualTo("200");
        }
    }

    @Test
    void tenantsNameThatLeadsInside_isRefusedAfterEveryLookUp() {
        try (var dns = DnsServer.start();
                var origin = RawOrigin.start(ONCE)) {
            dns.addA(NAME, "127.0.0.1", "10.0.0.1");
            OriginRoutes tenants = hostname -> new OriginRoute.To(Origin.of(named(origin), false));
            try (var proxy = ProxyFixture.start(Setup.to(tenants).withResolver(dns.address()))) {
                for (int asked = dns.queries(NAME); dns.queries(NAME) < asked + 4; ) {
                    assertThat(status(proxy)).isEqualTo("502");
                    assertThat(proxy.record().error()).contains(RequestError.ORIGIN_ADDRESS_REFUSED);
                }
                assertThat(origin.connections()).isEmpty();
            }
        }
    }

    @Test
    void originThatIsThisProxy_isRefused() {
        var target = new AtomicReference<Origin>();
        try (var dns = DnsServer.start();
                var proxy = ProxyFixture.start(Setup.to(hostname -> new OriginRoute.To(target.get()))
                        .allowingPrivate()
                        .withResolver(dns.address()))) {
            target.set(Origin.of(URI.create("http://" + NAME + ":" + proxy.port()), false));
            assertThat(status(proxy)).isEqualTo("502");
            assertThat(proxy.record().error()).contains(RequestError.ORIGIN_ADDRESS_REFUSED);
            assertThat(proxy.hasRecord()).as("came round").isFalse();
        }
    }
}
