package dev.anyhost.proxy;

import dev.anyhost.domain.Route;
import dev.anyhost.proxy.certificate.CertificateDirectory.Routing;
import dev.anyhost.proxy.forward.AddressGuard;
import dev.anyhost.proxy.forward.ForwardSettings;
import dev.anyhost.proxy.forward.Origin;
import dev.anyhost.proxy.forward.OriginConnector;
import dev.anyhost.proxy.forward.OriginPools;
import dev.anyhost.proxy.forward.OriginRoute;
import dev.anyhost.proxy.forward.OriginTls;
import dev.anyhost.proxy.forward.PoolLimits;
import dev.anyhost.proxy.forward.dns.DnsLookup;
import dev.anyhost.proxy.forward.dns.RememberedAddresses;
import dev.anyhost.proxy.listen.EventLoops;
import io.netty.util.concurrent.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Where requests go, and how origins are reached. */
final class OriginParts {

    private final ProxyConfig config;
    private final EventLoops loops;
    private final Parts parts;

    OriginParts(ProxyConfig config, EventLoops loops, Parts parts) {
        this.config = config;
        this.loops = loops;
        this.parts = parts;
    }

    ForwardSettings forwardSettings() {
        return ForwardSettings.https(config.listen().publicHttpsPort())
                .withPreserveHost(config.origin().preserveHost())
                .withForwarded(config.origin().forwarded())
                .withTimes(config.origin().times())
                .withTrustedProxies(address ->
                        config.listen().trustedProxies().stream().anyMatch(block -> block.contains(address)));
    }

    OriginRoute route(Routing routing) {
        return switch (routing) {
            case Routing.Withdrawn() -> new OriginRoute.NotServed();
            case Routing.Unknown() -> new OriginRoute.Unavailable("no_route");
            case Routing.Known(Route route) ->
                new OriginRoute.To(
                        route.origin()
                                .map(own -> Origin.of(own, false))
                                .orElseGet(() -> Origin.of(config.origin().url(), true)),
                        route.policy(),
                        route.tenant());
        };
    }

    /**
     * Connections to origins.
     *
     * @param own whether an address is one of this process: an origin there would be a loop
     */
    OriginPools pools(Predicate<InetSocketAddress> own) throws IOException {
        try {
            var lookup = parts.opened(new DnsLookup(
                    new DnsLookup.Transport(loops.group().next(), loops.datagrams(), loops.clients()),
                    config.origin().resolvers()));
            var connector = new OriginConnector(
                    loops.clients(),
                    new RememberedAddresses(lookup, Ticker.systemTicker()),
                    parts.opened(OriginTls.trusting(
                            extraRoots(config.origin().trustedRoots()),
                            config.origin().protocol())),
                    new AddressGuard(config.origin().allowPrivate(), own),
                    forwardSettings());
            return new OriginPools(
                    connector, PoolLimits.DEFAULT, config.origin().protocol());
        } catch (GeneralSecurityException unusable) {
            throw new IOException("origin.trusted-roots: " + unusable.getMessage(), unusable);
        }
    }

    private static List<X509Certificate> extraRoots(Optional<Path> file) throws GeneralSecurityException, IOException {
        List<X509Certificate> roots = new ArrayList<>();
        if (file.isPresent()) {
            try (InputStream pem = Files.newInputStream(file.get())) {
                CertificateFactory.getInstance("X.509").generateCertificates(pem).stream()
                        .map(X509Certificate.class::cast)
                        .forEach(roots::add);
            }
        }
        return roots;
    }
}
