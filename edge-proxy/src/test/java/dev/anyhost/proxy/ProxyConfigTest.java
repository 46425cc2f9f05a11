package dev.anyhost.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.admission.AskLimits;
import dev.anyhost.proxy.certificate.EarlyCertificates;
import dev.anyhost.proxy.certificate.WaitingRoom;
import dev.anyhost.proxy.challenge.ChallengeType;
import dev.anyhost.proxy.concurrent.RateLimit;
import dev.anyhost.proxy.issuance.AcmeSettings;
import dev.anyhost.proxy.issuance.OrderLimits;
import dev.anyhost.proxy.preflight.PreflightSettings;
import dev.anyhost.settings.ConfigError;
import dev.anyhost.settings.ConfigResult;
import dev.anyhost.store.TokenLimit;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ProxyConfigTest {

    private static final String MINIMAL = """
            verifier: {url: "https://abc.lambda-url.eu-west-1.on.aws/"}
            store: {key-encryption: "file:key"}
            origin: {url: "https://app.example.com"}
            acme: {email: ops@example.com}
            """;

    @TempDir
    private Path folder;

    @BeforeEach
    void writeKey() throws Exception {
        Files.writeString(folder.resolve("key"), Base64.getEncoder().encodeToString(new byte[32]) + "\n");
    }

    private ConfigResult<ProxyConfig> read(String yaml) throws Exception {
        Path file = Files.writeString(folder.resolve("proxy.yaml"), yaml);
        return ProxyConfig.read(
                file, name -> name.equals("ORIGIN") ? Optional.of("https://env.example.com") : Optional.empty());
    }

    private ProxyConfig valid(String yaml) throws Exception {
        return switch (read(yaml)) {
            case ConfigResult.Valid<ProxyConfig>(ProxyConfig config) -> config;
            case ConfigResult.Invalid<ProxyConfig> invalid -> throw new AssertionError(invalid.errors());
        };
    }

    @Test
    void requiredKeysAlone_giveTheContractsDefaults() throws Exception {
        ProxyConfig config = valid(MINIMAL);
        assertThat(config.listen().https().getFirst().getPort()).isEqualTo(443);
        assertThat(config.listen().http().getFirst().getPort()).isEqualTo(80);
        assertThat(config.listen().admin().getAddress().isLoopbackAddress()).isTrue();
        assertThat(config.listen().admin().getPort()).isEqualTo(9180);
        assertThat(config.acme().getFirst().directory())
                .isEqualTo(URI.create("https://acme-v02.api.letsencrypt.org/directory"));
        assertThat(config.acme().getFirst().challenges())
                .containsExactly(ChallengeType.HTTP_01, ChallengeType.TLS_ALPN_01);
        assertThat(config.preflight())
                .isEqualTo(
                        new PreflightSettings(true, Optional.empty(), List.of(), List.of(), Set.of(), 80, 443, false));
        assertThat(config.verifier().auth()).hasToString("AWS_IAM");
        assertThat(config.store().tables().certificates().name()).isEqualTo("anyhost-certificates");
        assertThat(config.store().tables().coordination().name()).isEqualTo("anyhost-coordination");
        assertThat(config.store().tables().coordination().region()).isEqualTo("us-east-1");
        assertThat(config.store().tables().createTables()).isFalse();
        assertThat(config.origin().preserveHost()).isFalse();
        assertThat(config.origin().forwarded()).isFalse();
        assertThat(config.origin().resolvers()).isEmpty();
        assertThat(config.limits())
                .isEqualTo(new ProxyConfig.Limits(
                        new WaitingRoom.Limits(10_000, 1_000, 500),
                        new AskLimits(50, 100, 500_000),
                        50,
                        50,
                        new EarlyCertificates.Limits(4, 1_000),
                        ClientLimits.DEFAULT));
        assertThat(config.drain().announce()).isZero();
        assertThat(config.drain().grace()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void coordinationTable_followsTheCertificatesTable() throws Exception {
        ProxyConfig config =
                valid(MINIMAL.replace("store: {", "store: {region: eu-west-1, endpoint: \"http://127.0.0.1:8000\", "));
        assertThat(config.store().tables().coordination().region()).isEqualTo("eu-west-1");
        assertThat(config.store().tables().coordination().endpoint()).contains(URI.create("http://127.0.0.1:8000"));
    }

    @Test
    void wrongClientLimits_areAllToldAtOnce() throws Exception {
        ConfigResult<ProxyConfig> result = read(MINIMAL + """
                listen: {allow-from: [10.0.0.1]}
                limits:
                  connections: 0
                  connections-per-client: many
                  connections-per-tenant: -1
                  new-connections-per-client: 5
                  requests-per-client: 1/999999999d
                  requests-per-tenant: 10/0s
                  memory: 100%
                  connection-age: 30s
                """);
        assertThat(result).isInstanceOf(ConfigResult.Invalid.class);
        assertThat(((ConfigResult.Invalid<ProxyConfig>) result).errors())
                .extracting(ConfigError::key)
                .containsExactly(
                        "listen.allow-from[0]",
                        "limits.connections",
                        "limits.connections-per-client",
                        "limits.connections-per-tenant",
                        "limits.new-connections-per-client",
                        "limits.requests-per-client",
                        "limits.requests-per-tenant",
                        "limits.memory",
                        "limits.connection-age");
    }

    @Test
    void limits_areRead() throws Exception {
        ProxyConfig config = valid(MINIMAL + """
                limits:
                  waiting: 20
                  waiting-per-name: 10
                  waiting-per-network: 5
                  asks-per-second: 4
                  ask-burst: 3
                  new-names-per-hour: 2
                  orders: 1
                  warm-ups: 0
                  warm-ups-waiting: 7
                  connections: 50000
                  connections-per-client: 200
                  connections-per-tenant: 3000
                  new-connections-per-client: 100/10s
                  requests-per-client: 600/1m
                  requests-per-tenant: none
                  memory: 75%
                  connection-age: 1h
                """);
        assertThat(config.limits())
                .isEqualTo(new ProxyConfig.Limits(
                        new WaitingRoom.Limits(20, 10, 5),
                        new AskLimits(4, 3, 500_000),
                        2,
                        1,
                        new EarlyCertificates.Limits(0, 7),
                        new ClientLimits(
                                Optional.of(50_000),
                                Optional.of(200),
                                Optional.of(3_000),
                                Optional.of(new RateLimit(100, Duration.ofSeconds(10))),
                                Optional.of(new RateLimit(600, Duration.ofMinutes(1))),
                                Optional.empty(),
                                Optional.of(0.75),
                                Optional.of(Duration.ofHours(1)))));
    }

    @Test
    void issuers_areReadInTheirOrder() throws Exception {
        ProxyConfig config = valid(MINIMAL.replace("acme: {email: ops@example.com}", """
                acme:
                  email: ops@example.com
                  profile: shortlived
                  preferred-chain: ISRG Root X1
                  limits: {orders: 10000/3h, certificates-per-name: none}
                  fallbacks:
                    - directory: https://acme.zerossl.com/v2/DV90
                      email: tls@example.com
                      eab: {key-id: abc, mac-key: "${KEY:c2VjcmV0LXNlY3JldC1zZWNyZXQ}"}
                    - directory: https://ca.internal/dir
                """));

        AcmeSettings first = config.acme().getFirst();
        assertThat(first.wishes())
                .isEqualTo(new AcmeSettings.Wishes(Optional.of("shortlived"), Optional.of("ISRG Root X1")));
        assertThat(first.limits().orders()).contains(TokenLimit.of(10_000, Duration.ofHours(3)));
        assertThat(first.limits().names()).isEmpty();
        assertThat(first.limits().domain()).contains(TokenLimit.of(50, Duration.ofDays(7)));
        AcmeSettings second = config.acme().get(1);
        assertThat(second.email()).isEqualTo("tls@example.com");
        assertThat(second.limits()).isEqualTo(OrderLimits.NONE);
        assertThat(second.externalAccount().orElseThrow().keyId()).isEqualTo("abc");
        assertThat(config.acme().getLast().email()).isEqualTo("ops@example.com");
    }

    @Test
    void mistakesInIssuers_nameTheirPlace() throws Exception {
        ConfigResult<ProxyConfig> result = read(MINIMAL.replace("acme: {email: ops@example.com}", """
                acme:
                  email: ops@example.com
                  eab: {key-id: abc}
                  limits: {orders: many, failures: 5/1h}
                  fallbacks:
                    - {eab: {mac-key: "s3cret!"}}
                    - {directory: "https://acme-v02.api.letsencrypt.org/directory", emial: x}
                    - zerossl
                """));
        assertThat(((ConfigResult.Invalid<ProxyConfig>) result).errors().toString())
                .doesNotContain("s3cret");
        assertThat(((ConfigResult.Invalid<ProxyConfig>) result).errors())
                .extracting(ConfigError::key)
                .containsExactlyInAnyOrder(
                        "acme.eab.mac-key",
                        "acme.limits.orders",
                        "acme.limits.failures",
                        "acme.fallbacks[0].directory",
                        "acme.fallbacks[0].eab.mac-key",
                        "acme.fallbacks[0].eab.key-id",
                        "acme.fallbacks[1].emial",
                        "acme.fallbacks[2]",
                        "acme.fallbacks[2].directory",
                        "acme.fallbacks");
    }

    @Test
    void environment_isFilledIn() throws Exception {
        ProxyConfig config = valid(MINIMAL.replace("https://app.example.com", "${ORIGIN}"));
        assertThat(config.origin().url()).isEqualTo(URI.create("https://env.example.com"));
    }

    @Test
    void allMistakes_areReportedAtOnceEachWithKeyValueAndExpectation() throws Exception {
        ConfigResult<ProxyConfig> result = read("""
                listen: {https: ["nowhere"], public-https-port: 70000, proxy-protocol-from: [10.0.0.0]}
                acme: {email: nobody, challenges: [dns-01], trusted-roots: missing.pem, preflight: {port: 0, edge-domain: "no name", resolvers: [nobody], caa-identities: ["a b"], static-addresses: [x], enable: true}}
                verifier: {auth: basic}
                store: {key-encryption: "file:absent", tabel: x}
                origin: {url: "ftp://app.example.com"}
                drain: {grace: forever}
                """);
        assertThat(result).isInstanceOf(ConfigResult.Invalid.class);
        var errors = ((ConfigResult.Invalid<ProxyConfig>) result).errors();
        assertThat(errors)
                .extracting(ConfigError::key)
                .contains(
                        "listen.https[0]",
                        "listen.public-https-port",
                        "listen.proxy-protocol-from[0]",
                        "acme.email",
                        "acme.challenges[0]",
                        "acme.trusted-roots",
                        "acme.preflight.port",
                        "acme.preflight.edge-domain",
                        "acme.preflight.resolvers[0]",
                        "acme.preflight.caa-identities[0]",
                        "acme.preflight.static-addresses[0]",
                        "acme.preflight.enable",
                        "verifier.url",
                        "verifier.auth",
                        "store.key-encryption",
                        "store.tabel",
                        "origin.url",
                        "drain.grace");
        assertThat(errors)
                .extracting(ConfigError::toString)
                .allMatch(text -> text.matches(".+: .+ \\(expected: .+\\)"));
        assertThat(errors)
                .filteredOn(error -> error.key().equals("store.tabel"))
                .singleElement()
                .extracting(ConfigError::expected)
                .asString()
                .contains("store.table");
    }

    @Test
    void checkConfig_printsOkOrEveryMistakeAndExitsAccordingly() throws Exception {
        Path good = Files.writeString(folder.resolve("good.yaml"), MINIMAL);
        Path bad = Files.writeString(folder.resolve("bad.yaml"), "origin: {url: x}\n");
        assertThat(checkConfig(good)).isEqualTo("0|ok\n|");
        assertThat(checkConfig(bad))
                .startsWith("2||")
                .contains("origin.url: x (expected: ", "acme.email: missing (expected: ");
        assertThat(checkConfig(folder.resolve("absent.yaml"))).startsWith("2||").contains("absent.yaml");
    }

    private static String checkConfig(Path file) {
        var out = new StringWriter();
        var err = new StringWriter();
        int code = new CommandLine(new CheckConfigCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute("--config", file.toString());
        return code + "|" + out + "|" + err;
    }
}
