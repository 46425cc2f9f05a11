package dev.anyhost.proxy;

import dev.anyhost.domain.Route;
import dev.anyhost.proxy.admission.AskLimits;
import dev.anyhost.proxy.admission.VerifierSettings;
import dev.anyhost.proxy.certificate.EarlyCertificates;
import dev.anyhost.proxy.certificate.WaitingRoom;
import dev.anyhost.proxy.forward.OriginProtocol;
import dev.anyhost.proxy.forward.TimeLimits;
import dev.anyhost.proxy.issuance.AcmeSettings;
import dev.anyhost.proxy.listen.Cidr;
import dev.anyhost.proxy.preflight.PreflightSettings;
import dev.anyhost.settings.ConfigReader;
import dev.anyhost.settings.ConfigResult;
import dev.anyhost.settings.ConfigSection;
import dev.anyhost.settings.ConfigValues;
import dev.anyhost.store.StoreSettings;
import dev.anyhost.store.encryption.KeyEncryption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A proxy's whole configuration, as the README describes it. Paths are absolute.
 *
 * @param acme the certificate authorities, the first to be asked first; not empty
 * @param preflight what is looked at before an order
 */
public record ProxyConfig(
        Listen listen,
        List<AcmeSettings> acme,
        PreflightSettings preflight,
        VerifierSettings verifier,
        Store store,
        Origin origin,
        Limits limits,
        Renewal renewal,
        DrainTimes drain) {

    private static final URI NO_URL = URI.create("http://missing.invalid/");
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration UNUSED_FOR = Duration.ofDays(90);
    private static final Duration LONGEST_DRAIN = Duration.ofHours(1);
    private static final Duration SHORTEST_ANSWER = Duration.ofSeconds(1);
    private static final Duration LONGEST_ANSWER = Duration.ofHours(24);
    private static final int MANY = 1_000_000;
    private static final Map<String, OriginProtocol> PROTOCOLS = Map.of(
            "http1", OriginProtocol.HTTP_1,
            "auto", OriginProtocol.AUTO,
            "h2", OriginProtocol.H2,
            "h2c", OriginProtocol.H2C);
    private static final String KEY_EXPECTED = "kms:<key ARN> or file:<path to 32 bytes in base64>";
    private static final String PEM_EXPECTED = "the path of a readable PEM file";

    /**
     * @param publicHttpsPort the port that clients see
     * @param proxyProtocolFrom sources that must send a PROXY header
     * @param trustedProxies sources whose X-Forwarded-* is believed
     * @param allowFrom sources whose clients may connect to https; empty for everybody
     */
    public record Listen(
            List<InetSocketAddress> https,
            List<InetSocketAddress> http,
            InetSocketAddress admin,
            int publicHttpsPort,
            List<Cidr> proxyProtocolFrom,
            List<Cidr> trustedProxies,
            List<Cidr> allowFrom) {}

    /** @param keyEncryption the specs it was read from; the first encrypts */
    public record Store(StoreSettings tables, List<String> keyEncryption, Path base) {}

    /**
     * @param protocol what is spoken with origins, tenants' own included
     * @param forwarded whether Forwarded (RFC 7239) is sent besides X-Forwarded-For and the like
     * @param allowPrivate whether a tenant's own origin may be a private, loopback or link-local address
     * @param resolvers the name servers to ask for origins' names; empty for the system's
     * @param times how long origins may take
     */
    public record Origin(
            URI url,
            OriginProtocol protocol,
            Optional<Path> trustedRoots,
            boolean preserveHost,
            boolean forwarded,
            boolean allowPrivate,
            List<InetSocketAddress> resolvers,
            TimeLimits times) {}

    /**
     * What this process takes on.
     *
     * @param waiting who may wait for a verdict or a certificate
     * @param asks what the verifier is to get
     * @param newNames names without a certificate that are ordered for one registered domain in an hour
     * @param orders orders under way at a time
     * @param early names whose certificates are obtained before their first visitor
     * @param clients what may be asked of it
     */
    public record Limits(
            WaitingRoom.Limits waiting,
            AskLimits asks,
            int newNames,
            int orders,
            EarlyCertificates.Limits early,
            ClientLimits clients) {}

    /** @param unusedFor a certificate that nobody used for so long isn't renewed */
    public record Renewal(Duration unusedFor) {}

    /**
     * @param announce how long to go on accepting after readiness is withdrawn
     * @param grace how long requests in flight may take after that
     */
    public record DrainTimes(Duration announce, Duration grace) {}

    /** Reads the file; all its mistakes at once; no network. */
    public static ConfigResult<ProxyConfig> read(Path file, Function<String, Optional<String>> environment) {
        return ConfigReader.read(file, environment, ProxyConfig::of);
    }

    private static ProxyConfig of(ConfigSection root) {
        Store store = store(root.section("store"));
        ConfigSection acme = root.section("acme");
        return new ProxyConfig(
                listen(root.section("listen")),
                AcmeConfig.read(acme),
                PreflightSettings.of(acme.section("preflight")),
                verifier(root.section("verifier"), store.tables().certificates().region()),
                store,
                origin(root.section("origin")),
                limits(root.section("limits")),
                renewal(root.section("renewal")),
                drain(root.section("drain")));
    }

    private static Listen listen(ConfigSection listen) {
        return new Listen(
                addresses(listen, "https", 443),
                addresses(listen, "http", 80),
                listen.address("admin", new InetSocketAddress(InetAddress.getLoopbackAddress(), 9180)),
                listen.integer("public-https-port", 443, 1, 65_535),
                listen.list("proxy-protocol-from", List.of(), Cidr.EXPECTED, Cidr::parse),
                listen.list("trusted-proxies", List.of(), Cidr.EXPECTED, Cidr::parse),
                listen.list("allow-from", List.of(), Cidr.EXPECTED, Cidr::parse));
    }

    private static List<InetSocketAddress> addresses(ConfigSection listen, String key, int port) {
        return listen.list(
                key, List.of(new InetSocketAddress(port)), ConfigValues.ADDRESS_EXPECTED, ConfigValues::address);
    }

    static Optional<Path> pem(ConfigSection section, String key) {
        return section.optional(
                key,
                PEM_EXPECTED,
                text -> ConfigValues.path(section.base(), text).filter(Files::isReadable));
    }

    private static VerifierSettings verifier(ConfigSection verifier, String region) {
        return new VerifierSettings(
                verifier.required("url", NO_URL, ConfigValues.URL_EXPECTED, ConfigValues::url),
                verifier.choice(
                        "auth",
                        VerifierSettings.Auth.AWS_IAM,
                        Map.of("aws-iam", VerifierSettings.Auth.AWS_IAM, "none", VerifierSettings.Auth.NONE)),
                region,
                ASK_TIMEOUT);
    }

    private static Store store(ConfigSection store) {
        var certificates = table(store, "us-east-1", Optional.empty(), "anyhost-certificates");
        var coordination = table(
                store.section("coordination"), certificates.region(), certificates.endpoint(), "anyhost-coordination");
        List<String> keys = store.requiredList("key-encryption", KEY_EXPECTED, ConfigValues::text);
        if (!keys.isEmpty()) {
            checkKeys(store, keys);
        }
        var tables = new StoreSettings(certificates, coordination, store.flag("create-tables", false));
        return new Store(tables, keys, store.base());
    }

    private static StoreSettings.Table table(
            ConfigSection section, String region, Optional<URI> endpoint, String name) {
        return new StoreSettings.Table(
                section.text("region", region),
                section.url("endpoint").or(() -> endpoint),
                section.text("table", name));
    }

    private static void checkKeys(ConfigSection store, List<String> keys) {
        switch (KeyEncryption.of(keys, store.base())) {
            case KeyEncryption.Configured.Usable(KeyEncryption encryption) -> encryption.close();
            case KeyEncryption.Configured.Unusable(List<KeyEncryption.Mistake> mistakes) ->
                mistakes.forEach(mistake -> store.mistake("key-encryption", mistake.value(), mistake.expected()));
        }
    }

    private static Origin origin(ConfigSection origin) {
        URI url = origin.required("url", NO_URL, Route.ORIGIN_EXPECTED, Route::parseOrigin);
        return new Origin(
                url,
                protocol(origin, url),
                pem(origin, "trusted-roots"),
                origin.flag("preserve-host", false),
                origin.flag("forwarded", false),
                origin.flag("allow-private", false),
                origin.list("resolvers", List.of(), ConfigValues.ADDRESS_EXPECTED, ConfigValues::address),
                times(origin.section("timeouts")));
    }

    private static TimeLimits times(ConfigSection timeouts) {
        TimeLimits usual = TimeLimits.DEFAULT;
        return usual.withOrigins(
                timeouts.duration("connect", usual.connect(), Duration.ofMillis(100), Duration.ofMinutes(1)),
                timeouts.duration("response", usual.responseHeaders(), SHORTEST_ANSWER, LONGEST_ANSWER),
                timeouts.duration("idle", usual.originIdle(), SHORTEST_ANSWER, LONGEST_ANSWER));
    }

    private static OriginProtocol protocol(ConfigSection origin, URI url) {
        OriginProtocol protocol = origin.choice("protocol", OriginProtocol.HTTP_1, PROTOCOLS);
        boolean tls = url.getScheme().equals("https");
        if (protocol == OriginProtocol.H2 && !tls) {
            origin.mistake("protocol", "h2", "h2c for an origin.url with http://");
        } else if (protocol == OriginProtocol.H2C && tls) {
            origin.mistake("protocol", "h2c", "h2 for an origin.url with https://");
        }
        return protocol;
    }

    private static Limits limits(ConfigSection limits) {
        WaitingRoom.Limits waiting = WaitingRoom.Limits.DEFAULT;
        AskLimits asks = AskLimits.DEFAULT;
        EarlyCertificates.Limits early = EarlyCertificates.Limits.DEFAULT;
        return new Limits(
                new WaitingRoom.Limits(
                        limits.integer("waiting", waiting.inAll(), 1, MANY),
                        limits.integer("waiting-per-name", waiting.perName(), 1, MANY),
                        limits.integer("waiting-per-network", waiting.perNetwork(), 1, MANY)),
                new AskLimits(
                        limits.integer("asks-per-second", asks.perSecond(), 1, MANY),
                        limits.integer("ask-burst", asks.burst(), 1, MANY),
                        asks.remembered()),
                limits.integer("new-names-per-hour", 50, 1, MANY),
                limits.integer("orders", 50, 1, 1_000),
                new EarlyCertificates.Limits(
                        limits.integer("warm-ups", early.underWay(), 0, 1_000),
                        limits.integer("warm-ups-waiting", early.waiting(), 1, MANY)),
                ClientLimits.of(limits));
    }

    private static Renewal renewal(ConfigSection renewal) {
        return new Renewal(renewal.duration("unused-for", UNUSED_FOR, Duration.ofDays(1), Duration.ofDays(3_650)));
    }

    private static DrainTimes drain(ConfigSection drain) {
        return new DrainTimes(
                drain.duration("announce", Duration.ZERO, Duration.ZERO, LONGEST_DRAIN),
                drain.duration("grace", Duration.ofSeconds(30), Duration.ZERO, LONGEST_DRAIN));
    }
}
