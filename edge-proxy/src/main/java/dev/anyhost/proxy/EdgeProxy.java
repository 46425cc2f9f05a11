package dev.anyhost.proxy;

import dev.anyhost.proxy.certificate.CertificateDirectory;
import dev.anyhost.proxy.forward.AdminHttp;
import dev.anyhost.proxy.forward.ClientAddress;
import dev.anyhost.proxy.forward.Forwarding;
import dev.anyhost.proxy.forward.PublicHttp;
import dev.anyhost.proxy.forward.RequestLimits;
import dev.anyhost.proxy.forward.SmallHttpHandler;
import dev.anyhost.proxy.forward.SmallResponse;
import dev.anyhost.proxy.forward.TimeLimits;
import dev.anyhost.proxy.handshake.CertificateLookup;
import dev.anyhost.proxy.handshake.HandshakeHandler;
import dev.anyhost.proxy.handshake.Handshakes;
import dev.anyhost.proxy.handshake.TenantConnections;
import dev.anyhost.proxy.handshake.TlsContexts;
import dev.anyhost.proxy.http1.Http1Limits;
import dev.anyhost.proxy.http1.RequestHead;
import dev.anyhost.proxy.issuance.IssuanceTime;
import dev.anyhost.proxy.listen.Cidr;
import dev.anyhost.proxy.listen.ConnectionAge;
import dev.anyhost.proxy.listen.ConnectionGate;
import dev.anyhost.proxy.listen.EventLoops;
import dev.anyhost.proxy.listen.ListenerPipeline;
import dev.anyhost.proxy.listen.Listeners;
import dev.anyhost.proxy.ops.Drain;
import dev.anyhost.proxy.ops.Health;
import dev.anyhost.proxy.ops.Log;
import dev.anyhost.proxy.ops.MemoryUse;
import dev.anyhost.proxy.ops.Metrics;
import dev.anyhost.proxy.ops.Shedding;
import io.netty.channel.ChannelHandler;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * One proxy: makes every service once, hands each what it needs, starts and stops them in order. The only place that
 * says {@code new} of a service.
 */
public final class EdgeProxy implements AutoCloseable {

    private static final Duration LAST_WORDS = Duration.ofSeconds(5);
    private static final Duration HANDSHAKE_LIMIT = Duration.ofSeconds(10);

    private final ProxyConfig config;
    private final Health health = new Health();
    private final Metrics metrics = new Metrics();
    private final Drain drain = new Drain();
    private final IssuanceTime time = IssuanceTime.real();
    private final Parts parts = new Parts();
    private final StoreOpening store;
    private final EventLoops loops;
    private final Listeners listeners;
    private final Listeners adminListeners;
    private final BooleanSupplier shedding;
    private final List<InetSocketAddress> httpsAddresses = new ArrayList<>();
    private final List<InetSocketAddress> httpAddresses = new ArrayList<>();
    private InetSocketAddress adminAddress;

    private EdgeProxy(ProxyConfig config) throws IOException {
        this.config = config;
        this.adminAddress = config.listen().admin();
        health.raise("start", "starting");
        store = parts.opened(StoreOpening.begin(config, time, metrics));
        loops = parts.opened(EventLoops.start());
        listeners = new Listeners(loops, metrics::acceptFailed);
        adminListeners = new Listeners(loops);
        metrics.logLost(Log::lost);
        shedding = shedding(MemoryUse.real());
    }

    private BooleanSupplier shedding(MemoryUse use) {
        BooleanSupplier on = config.limits()
                .clients()
                .memory()
                .map(share -> parts.opened(new Shedding(use, share)).start())
                .<BooleanSupplier>map(guard -> guard::isOn)
                .orElse(() -> false);
        metrics.memory(use, on);
        return on;
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
                proxy.parts.close();
            }
            throw new StartFailed(String.valueOf(failed.getMessage()), failed);
        } catch (RuntimeException | Error bug) {
            if (proxy != null) {
                proxy.parts.close();
            }
            throw bug;
        }
    }

    private void wire() throws IOException {
        ExecutorService virtualThreads = Executors.newVirtualThreadPerTaskExecutor();
        ScheduledExecutorService timer = Executors.newScheduledThreadPool(
                2, Thread.ofVirtual().name("timer").factory());
        parts.opened(timer::shutdownNow);
        var certificates = CertificateParts.open(
                config, store, new CertificateParts.Surroundings(parts, metrics, time, virtualThreads, timer));
        CertificateDirectory directory = certificates.directory();
        var origins = new OriginParts(config, loops, parts);
        var forwarding = new Forwarding(
                origins.forwardSettings(),
                hostname -> origins.route(directory.routing(hostname)),
                origins.pools(address -> listeners.isOwn(address) || adminListeners.isOwn(address)),
                new AccessLog(metrics),
                drain::draining,
                new RequestLimits(
                        config.limits().clients().requestsPerClient(),
                        config.limits().clients().requestsPerTenant(),
                        time.nanos(),
                        shedding));
        var handshakes = new Handshakes(
                limitedByTenant(
                        (hostname, connection) -> directory.answer(
                                hostname, ClientAddress.of(connection).getAddress(), connection.eventLoop()),
                        directory),
                certificates.validations(),
                parts.opened(TlsContexts.of(loops.group(), certificates.tickets()::keys)),
                new HandshakeMetrics(metrics, time.nanos()),
                forwarding::connection,
                HANDSHAKE_LIMIT);
        var http = new PublicHttp(
                certificates.permissions(),
                loops.group(),
                new PublicHttp.Ports(
                        health::ready,
                        certificates.issuing()::http01,
                        (wanted, client) ->
                                directory.answer(wanted, client, loops.group().next()),
                        config.listen().publicHttpsPort()));
        listen(handshakes, http);
        virtualThreads.execute(() -> {
            new WarmUp(loops, handshakes, forwarding, time).run();
            health.clear("start");
        });
        certificates.region().ifPresent(region -> virtualThreads.execute(region::watch));
        virtualThreads.execute(() -> {
            certificates.issuing().open(health, metrics);
            // Whatever comes of it: what is ready has looked once, so that it mostly resumes what others began.
            certificates.tickets().look();
            health.clear("tickets");
            virtualThreads.execute(() -> certificates.tickets().follow(time.pause()::pause));
            virtualThreads.execute(certificates.early()::run);
            virtualThreads.execute(certificates.renewal()::run);
            certificates.region().ifPresent(region -> virtualThreads.execute(region::bringHome));
            certificates.changes().follow();
        });
        parts.opened(() -> interrupt(virtualThreads));
    }

    private CertificateLookup limitedByTenant(CertificateLookup certificates, CertificateDirectory directory) {
        return config.limits()
                .clients()
                .connectionsPerTenant()
                .<CertificateLookup>map(most -> new TenantConnections(
                        certificates, directory::tenant, most, () -> metrics.limited("connections-per-tenant")))
                .orElse(certificates);
    }

    /** Orders under way are handed over to the other instances, which takes a call to the store. */
    private static void interrupt(ExecutorService virtualThreads) throws InterruptedException {
        virtualThreads.shutdownNow();
        if (!virtualThreads.awaitTermination(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)) {
            org.slf4j.LoggerFactory.getLogger(EdgeProxy.class).warn("some work didn't end");
        }
    }

    private void listen(Handshakes handshakes, PublicHttp http) throws IOException {
        ProxyConfig.Listen listen = config.listen();
        ConnectionGate httpsGate = gate("https", listen.allowFrom(), shedding);
        // Authorities validate over http, from addresses that they don't tell; and it takes next to no memory.
        ConnectionGate httpGate = gate("http", List.of(), () -> false);
        for (InetSocketAddress address : listen.https()) {
            httpsAddresses.add(listeners.open(address, pipeline(() -> new HandshakeHandler(handshakes), httpsGate)));
        }
        for (InetSocketAddress address : listen.http()) {
            httpAddresses.add(listeners.open(address, pipeline(() -> smallHttp(http::answer), httpGate)));
        }
        var admin = new AdminHttp(health, metrics);
        adminAddress = adminListeners.open(
                listen.admin(),
                new ListenerPipeline(List.of(), () -> smallHttp((request, client) -> admin.answer(request))));
        health.raise("store", "tables, keys and account not seen yet");
        health.raise("tickets", "shared keys not looked for yet");
    }

    private ConnectionGate gate(String listener, List<Cidr> from, BooleanSupplier closed) {
        ClientLimits limits = config.limits().clients();
        var gate = new ConnectionGate(
                new ConnectionGate.Rules(
                        from,
                        limits.connections(),
                        limits.connectionsPerClient(),
                        limits.newConnectionsPerClient(),
                        config.listen().trustedProxies()),
                metrics::limited,
                time.nanos(),
                closed);
        metrics.connections(listener, gate::open);
        return gate;
    }

    private ListenerPipeline pipeline(Supplier<ChannelHandler> first, ConnectionGate gate) {
        return new ListenerPipeline(
                config.listen().proxyProtocolFrom(),
                first,
                gate,
                config.limits()
                        .clients()
                        .connectionAge()
                        .map(age -> new ConnectionAge(
                                age, () -> ThreadLocalRandom.current().nextDouble())));
    }

    private SmallHttpHandler smallHttp(BiFunction<RequestHead, InetAddress, Future<SmallResponse>> answer) {
        return new SmallHttpHandler(answer, Http1Limits.DEFAULT, TimeLimits.DEFAULT, drain::draining);
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
        parts.close();
    }
}
