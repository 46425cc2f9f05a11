package dev.anyhost.proxy;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import dev.anyhost.proxy.admission.Admission;
import dev.anyhost.proxy.admission.HttpVerifier;
import dev.anyhost.proxy.admission.Permission;
import dev.anyhost.proxy.admission.RequestSigner;
import dev.anyhost.proxy.admission.VerifierSettings;
import dev.anyhost.proxy.certificate.Acquisition;
import dev.anyhost.proxy.certificate.AuthorityPause;
import dev.anyhost.proxy.certificate.CertificateDirectory;
import dev.anyhost.proxy.certificate.CertificateDirectory.Routing;
import dev.anyhost.proxy.certificate.ChangeFollower;
import dev.anyhost.proxy.certificate.FailureMemory;
import dev.anyhost.proxy.certificate.HeldCertificates;
import dev.anyhost.proxy.certificate.LeasedIssuance;
import dev.anyhost.proxy.certificate.NewNames;
import dev.anyhost.proxy.certificate.WaitingRoom;
import dev.anyhost.proxy.challenge.ChallengeBoard;
import dev.anyhost.proxy.concurrent.Handoff;
import dev.anyhost.proxy.concurrent.TokenBucket;
import dev.anyhost.proxy.forward.AddressGuard;
import dev.anyhost.proxy.forward.AdminHttp;
import dev.anyhost.proxy.forward.ClientAddress;
import dev.anyhost.proxy.forward.ClientConnection;
import dev.anyhost.proxy.forward.ForwardSettings;
import dev.anyhost.proxy.forward.Forwarding;
import dev.anyhost.proxy.forward.Origin;
import dev.anyhost.proxy.forward.OriginConnector;
import dev.anyhost.proxy.forward.OriginPools;
import dev.anyhost.proxy.forward.OriginRoute;
import dev.anyhost.proxy.forward.OriginTls;
import dev.anyhost.proxy.forward.PoolLimits;
import dev.anyhost.proxy.forward.PublicHttp;
import dev.anyhost.proxy.forward.SmallHttpHandler;
import dev.anyhost.proxy.forward.SmallResponse;
import dev.anyhost.proxy.forward.TimeLimits;
import dev.anyhost.proxy.forward.dns.DnsLookup;
import dev.anyhost.proxy.forward.dns.RememberedAddresses;
import dev.anyhost.proxy.handshake.HandshakeHandler;
import dev.anyhost.proxy.handshake.Handshakes;
import dev.anyhost.proxy.handshake.TicketKeys;
import dev.anyhost.proxy.handshake.TlsContexts;
import dev.anyhost.proxy.handshake.ValidationCertificates;
import dev.anyhost.proxy.http1.Http1Limits;
import dev.anyhost.proxy.http1.RequestHead;
import dev.anyhost.proxy.issuance.AcmeSettings;
import dev.anyhost.proxy.issuance.ChallengeChoice;
import dev.anyhost.proxy.issuance.DirectoryTrust;
import dev.anyhost.proxy.issuance.IssuanceBudget;
import dev.anyhost.proxy.issuance.IssuanceTime;
import dev.anyhost.proxy.listen.EventLoops;
import dev.anyhost.proxy.listen.ListenerPipeline;
import dev.anyhost.proxy.listen.Listeners;
import dev.anyhost.proxy.ops.Drain;
import dev.anyhost.proxy.ops.Health;
import dev.anyhost.proxy.ops.Metrics;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.encryption.KeyEncryption;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import javax.net.ssl.SSLContext;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/**
 * One proxy: makes every service once, hands each what it needs, starts and stops them in order. The only place that
 * says {@code new} of a service.
 */
public final class EdgeProxy implements AutoCloseable {

    private static final int CERTIFICATES_HELD = 100_000;

    /** Look-ups a second, and at once, for names whose permission can't be told. */
    private static final int UNASKED = 200;

    private static final Duration LAST_WORDS = Duration.ofSeconds(5);
    private static final Duration HANDSHAKE_LIMIT = Duration.ofSeconds(10);

    private final ProxyConfig config;
    private final Health health = new Health();
    private final Metrics metrics = new Metrics();
    private final Drain drain = new Drain();
    private final IssuanceTime time = IssuanceTime.real();
    private final List<AutoCloseable> parts = new ArrayList<>();
    private final EventLoops loops;
    private final Listeners listeners;
    private final Listeners adminListeners;
    private final List<InetSocketAddress> httpsAddresses = new ArrayList<>();
    private final List<InetSocketAddress> httpAddresses = new ArrayList<>();
    private InetSocketAddress adminAddress;

    private EdgeProxy(ProxyConfig config) throws IOException {
        this.config = config;
        this.adminAddress = config.listen().admin();
        health.raise("start", "starting");
        loops = opened(EventLoops.start());
        listeners = new Listeners(loops);
        adminListeners = new Listeners(loops);
    }

    /**
     * Starts a proxy; its listeners are open when this returns, and it becomes ready by itself.
     *
     * @throws StartFailed when it can't start at all; nothing is left running
     */
    public static EdgeProxy start(ProxyConfig config) {
        EdgeProxy proxy = null;
        try {
            proxy = new EdgeProxy(config);
            proxy.wire();
            return proxy;
        } catch (IOException | IllegalStateException failed) {
            if (proxy != null) {
                proxy.closeParts();
            }
            throw new StartFailed(String.valueOf(failed.getMessage()), failed);
        }
    }

    private void wire() throws IOException {
        ExecutorService virtualThreads = Executors.newVirtualThreadPerTaskExecutor();
        ScheduledExecutorService timer = Executors.newScheduledThreadPool(
                2, Thread.ofVirtual().name("timer").factory());
        parts.add(timer::shutdownNow);

        KeyEncryption keys = opened(keys(config));
        CertificateTables tables = opened(CertificateTables.open(
                config.store().tables(),
                keys,
                time.clock(),
                (operation, outcome) ->
                        metrics.storeCalled(operation, outcome.name().toLowerCase(Locale.ROOT))));
        var limits = config.limits();
        var admission = new Admission(
                new MeteredVerifier(opened(verifier()), metrics, time.nanos()), limits.asks(), time.nanos());
        var board = new ChallengeBoard(tables.challenges(), time.clock());
        var acme = new AcmeSettings(
                config.acme().directory(),
                config.acme().email(),
                config.acme().trustedRoots(),
                config.acme().challenges());
        IssuingParts issuing = opened(new IssuingParts(tables, acme, directoryTls(acme), board, time));

        var issuance = new LeasedIssuance(
                tables.certificates(),
                tables.leases(),
                new LeasedIssuance.Orders(
                        issuing::issuer,
                        new AuthorityPause(tables.pauses(), time.clock()),
                        new IssuanceBudget(limits.orders()),
                        new NewNames(limits.newNames(), time.nanos()),
                        new ChallengeChoice(config.acme().challenges())),
                new LeasedIssuance.Surroundings(UUID.randomUUID().toString(), time, timer));
        var held = new HeldCertificates(CERTIFICATES_HELD, time.clock());
        metrics.certificatesHeld(held::count);
        var failures = new FailureMemory(time.clock());
        var acquisition = new Acquisition(
                admission,
                new Acquisition.Certificates(
                        held, tables.certificates(), new TokenBucket(UNASKED, UNASKED, time.nanos())),
                issuance,
                failures,
                time.clock(),
                virtualThreads);
        var handoff = new Handoff(virtualThreads, limits.waiting().inAll());
        var waitingRoom = new WaitingRoom(limits.waiting());
        metrics.waiting(waitingRoom::waiting);
        var directory = new CertificateDirectory(
                new CertificateDirectory.Memory(admission, held, failures),
                acquisition,
                new CertificateDirectory.Waiting(waitingRoom, handoff, virtualThreads),
                time.clock());
        var changes = new ChangeFollower(
                tables.changes(), new ChangeFollower.Told(admission, failures, tables.leases(), acquisition), time);
        var validations = new ValidationCertificates(board, handoff, time.clock());

        var forwarding = new Forwarding(
                forwardSettings(),
                hostname -> route(directory.routing(hostname)),
                pools(),
                new AccessLog(metrics),
                drain::draining);
        var handshakes = new Handshakes(
                (hostname, connection) ->
                        directory.answer(hostname, ClientAddress.of(connection).getAddress(), connection.eventLoop()),
                validations::answer,
                opened(TlsContexts.of(loops.group(), TicketKeys.random())),
                new HandshakeMetrics(metrics),
                (hostname, protocol) -> new ClientConnection(forwarding, hostname),
                HANDSHAKE_LIMIT);
        var http = new PublicHttp(
                permissions(admission, directory),
                loops.group(),
                new PublicHttp.Ports(
                        health::ready,
                        issuing::http01,
                        (wanted, client) ->
                                directory.answer(wanted, client, loops.group().next()),
                        config.listen().publicHttpsPort()));
        listen(handshakes, http);
        virtualThreads.execute(() -> {
            new WarmUp(loops, handshakes, forwarding, time).run();
            health.clear("start");
        });
        virtualThreads.execute(() -> {
            issuing.open(health, metrics);
            changes.follow();
        });
        parts.add(() -> interrupt(virtualThreads));
    }

    /** Orders under way are handed over to the other instances, which takes a call to the store. */
    private static void interrupt(ExecutorService virtualThreads) throws InterruptedException {
        virtualThreads.shutdownNow();
        if (!virtualThreads.awaitTermination(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)) {
            org.slf4j.LoggerFactory.getLogger(EdgeProxy.class).warn("some work didn't end");
        }
    }

    private static PublicHttp.Permissions permissions(Admission admission, CertificateDirectory directory) {
        return new PublicHttp.Permissions() {
            @Override
            public boolean isRefused(Hostname hostname) {
                return admission.isLastRefused(hostname);
            }

            @Override
            public Future<Permission> of(Hostname hostname, InetAddress client, EventExecutor loop) {
                return directory.permission(hostname, client, loop);
            }
        };
    }

    private void listen(Handshakes handshakes, PublicHttp http) throws IOException {
        ProxyConfig.Listen listen = config.listen();
        for (InetSocketAddress address : listen.https()) {
            httpsAddresses.add(listeners.open(
                    address, new ListenerPipeline(listen.proxyProtocolFrom(), () -> new HandshakeHandler(handshakes))));
        }
        for (InetSocketAddress address : listen.http()) {
            httpAddresses.add(listeners.open(
                    address, new ListenerPipeline(listen.proxyProtocolFrom(), () -> smallHttp(http::answer))));
        }
        var admin = new AdminHttp(health, metrics);
        adminAddress = adminListeners.open(
                listen.admin(),
                new ListenerPipeline(List.of(), () -> smallHttp((request, client) -> admin.answer(request))));
        health.raise("store", "tables, keys and account not seen yet");
    }

    private SmallHttpHandler smallHttp(BiFunction<RequestHead, InetAddress, Future<SmallResponse>> answer) {
        return new SmallHttpHandler(answer, Http1Limits.DEFAULT, TimeLimits.DEFAULT, drain::draining);
    }

    private static SSLContext directoryTls(AcmeSettings acme) throws IOException {
        return switch (DirectoryTrust.reading(acme.trustedRoots())) {
            case DirectoryTrust.Trusting(SSLContext tls) -> tls;
            case DirectoryTrust.Unreadable(Path file, String expected) ->
                throw new IOException("acme.trusted-roots: " + file + " (expected: " + expected + ")");
        };
    }

    /** The configured keys; the configuration was read with the same call, so they are usable. */
    static KeyEncryption keys(ProxyConfig config) {
        return switch (KeyEncryption.of(
                config.store().keyEncryption(), config.store().base())) {
            case KeyEncryption.Configured.Usable(KeyEncryption encryption) -> encryption;
            case KeyEncryption.Configured.Unusable(List<KeyEncryption.Mistake> mistakes) ->
                throw new IllegalStateException("store.key-encryption: " + mistakes);
        };
    }

    private HttpVerifier verifier() {
        VerifierSettings settings = config.verifier();
        Optional<RequestSigner> signer = switch (settings.auth()) {
            case NONE -> Optional.empty();
            case AWS_IAM ->
                Optional.of(new RequestSigner(
                        opened(DefaultCredentialsProvider.builder().build()), settings.url(), settings.region()));
        };
        return new HttpVerifier(settings, signer);
    }

    private OriginPools pools() throws IOException {
        try {
            var lookup = opened(new DnsLookup(
                    new DnsLookup.Transport(loops.group().next(), loops.datagrams(), loops.clients()),
                    config.origin().resolvers()));
            var connector = new OriginConnector(
                    loops.clients(),
                    new RememberedAddresses(lookup, Ticker.systemTicker()),
                    opened(OriginTls.trusting(extraRoots(config.origin().trustedRoots()))),
                    new AddressGuard(
                            config.origin().allowPrivate(),
                            address -> listeners.isOwn(address) || adminListeners.isOwn(address)),
                    forwardSettings());
            return new OriginPools(connector, PoolLimits.DEFAULT);
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

    private ForwardSettings forwardSettings() {
        return ForwardSettings.https(config.listen().publicHttpsPort())
                .withPreserveHost(config.origin().preserveHost())
                .withTrustedProxies(address ->
                        config.listen().trustedProxies().stream().anyMatch(block -> block.contains(address)));
    }

    private OriginRoute route(Routing routing) {
        return switch (routing) {
            case Routing.Withdrawn() -> new OriginRoute.NotServed();
            case Routing.Unknown() -> new OriginRoute.Unavailable("no_route");
            case Routing.Known(Route route) ->
                new OriginRoute.To(route.origin()
                        .map(own -> Origin.of(own, false))
                        .orElseGet(() -> Origin.of(config.origin().url(), true)));
        };
    }

    private <T extends AutoCloseable> T opened(T part) {
        parts.add(part);
        return part;
    }

    /** The addresses of the https listeners, with the ports the system chose. */
    public List<InetSocketAddress> httpsAddresses() {
        return List.copyOf(httpsAddresses);
    }

    public List<InetSocketAddress> httpAddresses() {
        return List.copyOf(httpAddresses);
    }

    public InetSocketAddress adminAddress() {
        return adminAddress;
    }

    public boolean isReady() {
        return health.ready();
    }

    /** Drains and stops: not ready, then no new connections, then an end to the old ones. Blocks for as long. */
    @Override
    public void close() {
        health.raise("drain", "draining");
        drain.advance(Drain.Phase.ANNOUNCED);
        try {
            time.pause().pause(config.drain().announce());
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        listeners.stopAccepting();
        drain.advance(Drain.Phase.CLOSING);
        listeners.announceEnd();
        listeners.awaitEmpty(config.drain().grace());
        adminListeners.stopAccepting();
        adminListeners.awaitEmpty(Duration.ZERO);
        closeParts();
    }

    /** Last opened, first closed. */
    private void closeParts() {
        for (AutoCloseable part : parts.reversed()) {
            try {
                part.close();
            } catch (Exception e) { // what AutoCloseable declares; the others must be closed as well
                org.slf4j.LoggerFactory.getLogger(EdgeProxy.class).warn("not closed: {}", part, e);
            }
        }
    }
}
