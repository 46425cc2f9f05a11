package dev.anyhost.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.settings.ConfigResult;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The configuration that the container image runs with, under environments that a deployment may give it. */
class ImageConfigTest {

    private static final Path FILE = Path.of("../infra/image/proxy.yaml");
    private static final Map<String, String> LEAST = Map.of(
            "ANYHOST_VERIFIER_URL", "https://abc.lambda-url.eu-west-1.on.aws/",
            "ANYHOST_REGION", "eu-west-1",
            "ANYHOST_HOME_REGION", "us-east-1",
            "ANYHOST_KEY_ENCRYPTION", "kms:arn:aws:kms:eu-west-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab",
            "ANYHOST_ORIGIN_URL", "https://app.example.com",
            "ANYHOST_ACME_EMAIL", "ops@example.com");

    private static ConfigResult<ProxyConfig> read(Map<String, String> environment) {
        return ProxyConfig.read(FILE, name -> Optional.ofNullable(environment.get(name)));
    }

    private static ProxyConfig valid(Map<String, String> environment) {
        return switch (read(environment)) {
            case ConfigResult.Valid<ProxyConfig>(ProxyConfig config) -> config;
            case ConfigResult.Invalid<ProxyConfig> invalid -> throw new AssertionError(invalid.errors());
        };
    }

    private static Map<String, String> and(Map<String, String> more) {
        var environment = new HashMap<>(LEAST);
        environment.putAll(more);
        return environment;
    }

    @Test
    void leastEnvironment_givesUnprivilegedPortsAndTheProgramsDefaults() {
        ProxyConfig config = valid(LEAST);
        assertThat(config.listen().https()).singleElement().hasToString("/0.0.0.0:8443");
        assertThat(config.listen().http()).singleElement().hasToString("/0.0.0.0:8080");
        assertThat(config.listen().admin()).hasToString("/127.0.0.1:9180");
        assertThat(config.listen().publicHttpsPort()).isEqualTo(443);
        assertThat(config.listen().proxyProtocolFrom()).isEmpty();
        assertThat(config.acme().getFirst().directory())
                .isEqualTo(URI.create("https://acme-v02.api.letsencrypt.org/directory"));
        assertThat(config.preflight().enabled()).isTrue();
        assertThat(config.preflight().edgeDomain()).isEmpty();
        assertThat(config.preflight().staticAddresses()).isEmpty();
        assertThat(config.verifier().auth()).hasToString("AWS_IAM");
        assertThat(config.store().tables().certificates().name()).isEqualTo("anyhost-certificates");
        assertThat(config.store().tables().certificates().region()).isEqualTo("eu-west-1");
        assertThat(config.store().tables().coordination().name()).isEqualTo("anyhost-coordination");
        assertThat(config.store().tables().coordination().region()).isEqualTo("us-east-1");
        assertThat(config.store().tables().createTables()).isFalse();
        assertThat(config.drain()).isEqualTo(new ProxyConfig.DrainTimes(Duration.ZERO, Duration.ofSeconds(30)));
    }

    @Test
    void everyVariable_reachesItsKey() {
        ProxyConfig config = valid(and(Map.of(
                "ANYHOST_CERTIFICATES_TABLE", "prod-certificates",
                "ANYHOST_COORDINATION_TABLE", "prod-coordination",
                "ANYHOST_ACME_DIRECTORY", "https://acme-staging-v02.api.letsencrypt.org/directory",
                "ANYHOST_EDGE_DOMAIN", "edge.example.com",
                "ANYHOST_STATIC_ADDRESSES", "192.0.2.1,192.0.2.2",
                "ANYHOST_PROXY_PROTOCOL_FROM", "10.0.0.0/16, 2001:db8::/56",
                "ANYHOST_PREFLIGHT", "false",
                "ANYHOST_DRAIN_ANNOUNCE", "20s",
                "ANYHOST_DRAIN_GRACE", "90s")));
        assertThat(config.store().tables().certificates().name()).isEqualTo("prod-certificates");
        assertThat(config.store().tables().coordination().name()).isEqualTo("prod-coordination");
        assertThat(config.acme().getFirst().directory().getHost()).startsWith("acme-staging");
        assertThat(config.preflight().edgeDomain()).hasToString("Optional[edge.example.com]");
        assertThat(config.preflight().staticAddresses()).hasToString("[/192.0.2.1, /192.0.2.2]");
        assertThat(config.preflight().enabled()).isFalse();
        assertThat(config.listen().proxyProtocolFrom()).hasToString("[10.0.0.0/16, 2001:db8::/56]");
        assertThat(config.drain())
                .isEqualTo(new ProxyConfig.DrainTimes(Duration.ofSeconds(20), Duration.ofSeconds(90)));
    }

    @Test
    void noVariable_isOneMistakeForEachThatIsNeeded() {
        assertThat(((ConfigResult.Invalid<ProxyConfig>) read(Map.of())).errors())
                .map(error -> error.expected().replaceAll("the environment variable (\\S+) to be set", "$1"))
                .containsExactlyInAnyOrderElementsOf(LEAST.keySet().stream()
                        .sorted(Comparator.naturalOrder())
                        .toList());
    }

    @Test
    void keysBeingExchanged_areAListOfTwo() {
        String first = "kms:arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555";
        String second = LEAST.get("ANYHOST_KEY_ENCRYPTION");
        assertThat(valid(and(Map.of("ANYHOST_KEY_ENCRYPTION", first + "," + second)))
                        .store()
                        .keyEncryption())
                .isEqualTo(List.of(first, second));
    }
}
