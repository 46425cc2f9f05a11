package dev.anyhost.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.OriginProtocol;
import dev.anyhost.proxy.forward.TimeLimits;
import dev.anyhost.settings.ConfigError;
import dev.anyhost.settings.ConfigResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a configuration says of how origins are spoken to. */
class OriginConfigTest {

    @TempDir
    private Path folder;

    private ConfigResult<ProxyConfig> read(String origin) throws Exception {
        Files.writeString(folder.resolve("key"), Base64.getEncoder().encodeToString(new byte[32]));
        Path file = Files.writeString(folder.resolve("proxy.yaml"), """
                verifier: {url: "https://abc.lambda-url.eu-west-1.on.aws/"}
                store: {key-encryption: "file:key"}
                origin: {%s}
                acme: {email: ops@example.com}
                """.formatted(origin));
        return ProxyConfig.read(file, name -> Optional.empty());
    }

    private ProxyConfig.Origin valid(String origin) throws Exception {
        return switch (read(origin)) {
            case ConfigResult.Valid<ProxyConfig>(ProxyConfig config) -> config.origin();
            case ConfigResult.Invalid<ProxyConfig> invalid -> throw new AssertionError(invalid.errors());
        };
    }

    private OriginProtocol protocol(String origin) throws Exception {
        return valid(origin).protocol();
    }

    private List<String> mistakes(String origin) throws Exception {
        return switch (read(origin)) {
            case ConfigResult.Valid<ProxyConfig> valid -> throw new AssertionError(valid);
            case ConfigResult.Invalid<ProxyConfig> invalid ->
                invalid.errors().stream().map(ConfigError::toString).toList();
        };
    }

    @Test
    void withoutAWord_itIsHttp1() throws Exception {
        assertThat(protocol("url: https://app.example.com")).isEqualTo(OriginProtocol.HTTP_1);
    }

    @ParameterizedTest
    @CsvSource({
        "https, http1, HTTP_1",
        "http,  http1, HTTP_1",
        "https, auto,  AUTO",
        "http,  auto,  AUTO",
        "https, h2,    H2",
        "http,  h2c,   H2C",
    })
    void protocol_isWhatIsSaid(String scheme, String word, OriginProtocol protocol) throws Exception {
        assertThat(protocol("url: " + scheme + "://app.example.com, protocol: " + word))
                .isEqualTo(protocol);
    }

    @ParameterizedTest
    @CsvSource({"http, h2, h2c for an", "https, h2c, h2 for an", "https, http2, one of"})
    void protocolThatTheUrlCanNotHave_isAMistake(String scheme, String word, String expected) throws Exception {
        assertThat(mistakes("url: " + scheme + "://app.example.com, protocol: " + word))
                .singleElement()
                .asString()
                .contains("origin.protocol")
                .contains(expected);
    }

    @Test
    void timeouts_areTheUsualOnesWhereNothingIsSaid() throws Exception {
        assertThat(valid("url: https://app.example.com").times()).isEqualTo(TimeLimits.DEFAULT);
        assertThat(valid("url: https://app.example.com, timeouts: {connect: 1s, response: 10m, idle: 2h}")
                        .times())
                .isEqualTo(TimeLimits.DEFAULT.withOrigins(
                        Duration.ofSeconds(1), Duration.ofMinutes(10), Duration.ofHours(2)));
    }

    @Test
    void timeoutsOutOfRange_areAllTold() throws Exception {
        assertThat(mistakes("url: https://app.example.com, timeouts: {connect: 2m, response: 0s, idle: 25h}"))
                .hasSize(3)
                .anyMatch(mistake -> mistake.contains("origin.timeouts.connect"))
                .anyMatch(mistake -> mistake.contains("origin.timeouts.response"))
                .anyMatch(mistake -> mistake.contains("origin.timeouts.idle"));
    }
}
