package dev.anyhost.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.settings.ConfigError;
import dev.anyhost.settings.ConfigResult;
import dev.anyhost.verifier.whitelist.WhitelistSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifierSettingsTest {

    private final Path folder;

    VerifierSettingsTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void emptyFile_defaults() throws IOException {
        var defaults = new VerifierSettings(
                at("127.0.0.1", 9181),
                new WhitelistSettings("us-east-1", Optional.empty(), "anyhost-domains", false),
                new WhitelistSettings("us-east-1", Optional.empty(), "anyhost-coordination", false),
                Optional.empty(),
                List.of(),
                List.of(),
                Optional.empty(),
                1_000,
                CheckSettings.DEFAULT);
        assertThat(read("", Map.of())).isEqualTo(new ConfigResult.Valid<>(defaults));
        assertThat(read("whitelist:\n", Map.of())).isEqualTo(new ConfigResult.Valid<>(defaults));
    }

    @Test
    void everyKey() throws IOException {
        var result = read("""
                listen: "[::1]:${PORT}"
                whitelist:
                  region: ${REGION:eu-central-1}
                  endpoint: http://127.0.0.1:8000
                  table: my-domains
                  create-tables: true
                changes: {table: my-coordination}
                edge-domain: Edge.Example
                static-addresses: [192.0.2.1, "2001:db8::1"]
                resolvers: ["127.0.0.1:8053", "9.9.9.9", "2620:fe::fe", "[2620:fe::fe]:5353"]
                api-keys: keys/api.txt
                domains-per-tenant: 25
                checks: {interval: 10s, grace: 3d}
                webhook: {url: "https://hooks.example/in", secrets: hook.txt}
                """, Map.of("PORT", "9999"));
        assertThat(result)
                .isEqualTo(new ConfigResult.Valid<>(new VerifierSettings(
                        at("::1", 9999),
                        new WhitelistSettings(
                                "eu-central-1", Optional.of(URI.create("http://127.0.0.1:8000")), "my-domains", true),
                        new WhitelistSettings(
                                "eu-central-1",
                                Optional.of(URI.create("http://127.0.0.1:8000")),
                                "my-coordination",
                                false),
                        Hostname.parse("edge.example"),
                        List.of(InetAddress.ofLiteral("192.0.2.1"), InetAddress.ofLiteral("2001:db8::1")),
                        List.of(
                                at("127.0.0.1", 8053),
                                at("9.9.9.9", 53),
                                at("2620:fe::fe", 53),
                                at("2620:fe::fe", 5353)),
                        Optional.of(folder.toAbsolutePath().resolve("keys/api.txt")),
                        25,
                        new CheckSettings(
                                Duration.ofSeconds(10),
                                Duration.ofDays(3),
                                Optional.of(new CheckSettings.Hook(
                                        URI.create("https://hooks.example/in"),
                                        folder.toAbsolutePath().resolve("hook.txt")))))));
    }

    @Test
    void everyMistakeAtOnce() throws IOException {
        var result = read("""
                listen: 9181
                whitelist:
                  endpoint: dynamo:8000
                  table: a b
                  create-tables: maybe
                  tabel: x
                edge-domain: localhost
                static-addresses: [192.0.2.1, host.example]
                resolvers: "127.0.0.1:0"
                webhook: {url: "https://hooks.example/in"}
                secret-thing: hunter2
                """, Map.of());
        assertThat(((ConfigResult.Invalid<VerifierSettings>) result).errors())
                .extracting(ConfigError::toString)
                .containsExactly(
                        "listen: 9181 (expected: an IP address and port, such as 127.0.0.1:9181 or [::]:443)",
                        "whitelist.endpoint: dynamo:8000 (expected: an absolute http or https URL)",
                        "whitelist.table: a b (expected: 3 to 255 of a-z A-Z 0-9 _ . -)",
                        "whitelist.create-tables: maybe (expected: true or false)",
                        "edge-domain: localhost (expected: " + Hostname.EXPECTED + ")",
                        "static-addresses[1]: host.example (expected: an IP address)",
                        "resolvers: 127.0.0.1:0 (expected: an IP address, or one and a port, such as 127.0.0.1:8053)",
                        "webhook.secrets: missing (expected: a file with a secret on each line, since webhook.url is set)",
                        "secret-thing: unknown key (expected: one of listen, whitelist, api-keys, changes, edge-domain,"
                                + " static-addresses, resolvers, domains-per-tenant, checks, webhook)",
                        "whitelist.tabel: unknown key (expected: did you mean whitelist.table?)");
    }

    @Test
    void apiWithoutEdgeDomain_isAMistake() throws IOException {
        var result = read("api-keys: keys.txt\ndomains-per-tenant: 0\n", Map.of());
        assertThat(((ConfigResult.Invalid<VerifierSettings>) result).errors())
                .extracting(ConfigError::toString)
                .containsExactly(
                        "edge-domain: missing (expected: " + Hostname.EXPECTED
                                + "; the domains API tells customers to point theirs below it)",
                        "domains-per-tenant: 0 (expected: a whole number from 1 to 999999999)");
    }

    private static InetSocketAddress at(String ip, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(ip), port);
    }

    private ConfigResult<VerifierSettings> read(String yaml, Map<String, String> environment) throws IOException {
        Path file = Files.writeString(folder.resolve("verifier.yaml"), yaml);
        return VerifierSettings.read(file, name -> Optional.ofNullable(environment.get(name)));
    }
}
