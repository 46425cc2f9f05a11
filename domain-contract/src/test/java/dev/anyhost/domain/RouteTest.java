package dev.anyhost.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTest {

    @ParameterizedTest
    @CsvSource({
        "https://app.example.com, https://app.example.com",
        "https://app.example.com/, https://app.example.com",
        "HTTPS://App.Example.COM, https://app.example.com",
        "http://app.example.com:80/, http://app.example.com",
        "https://app.example.com:443, https://app.example.com",
        "http://app.example.com:443, http://app.example.com:443",
        "https://app.example.com:, https://app.example.com",
        "http://10.0.0.1:8080, http://10.0.0.1:8080",
        "http://[::1]:3000/, http://[::1]:3000",
        "http://localhost:1, http://localhost:1"
    })
    void origin_canonicalForm(String text, URI canonical) {
        assertThat(Route.parseOrigin(text)).contains(canonical);
        assertThat(Route.parseOrigin(canonical.toString())).contains(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "app.example.com",
                "//app.example.com",
                "/relative",
                "ftp://app.example.com",
                "javascript:alert(1)",
                "https:app.example.com",
                "https://",
                "https:///path",
                "https://user@app.example.com",
                "https://user:secret@app.example.com",
                "https://@app.example.com",
                "https://app.example.com/path",
                "https://app.example.com//",
                "https://app.example.com?query",
                "https://app.example.com#fragment",
                "https://app.example.com:0",
                "https://app.example.com:65536",
                "https://app.example.com:99999999999",
                "https://b\u00fccher.example",
                "https://app example.com",
                "https://app.example.com\r\nX: y",
                "https://a_b.example"
            })
    void notAnOrigin_empty(String text) {
        assertThat(Route.parseOrigin(text)).isEmpty();
    }

    @Test
    void tenant_anyTextThatIsSafeToWriteDown() {
        assertThat(Route.isTenant("acme")).isTrue();
        assertThat(Route.isTenant("B\u00fccher & S\u00f6hne \ud83d\ude00")).isTrue();
        assertThat(Route.isTenant("t".repeat(128))).isTrue();
        assertThat(Route.isTenant("t".repeat(129))).isFalse();
        assertThat(Route.isTenant("")).isFalse();
        assertThat(Route.isTenant("  ")).isFalse();
        assertThat(Route.isTenant("a\r\nb")).isFalse();
        assertThat(Route.isTenant("a\u0085b")).isFalse();
        assertThat(Route.isTenant("a\ud83d")).isFalse();
    }

    @Test
    void randomText_isTotal() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String tail = random.ints(random.nextInt(40), 0, i % 2 == 0 ? 128 : 0x10000)
                    .collect(StringBuilder::new, (b, c) -> b.append((char) c), StringBuilder::append)
                    .toString();
            String text = random.nextBoolean() ? tail : "https://" + tail;
            Route.parseOrigin(text)
                    .ifPresent(origin -> assertThat(Route.parseOrigin(origin.toString()))
                            .as("seed %d: %s", seed, text)
                            .contains(origin));
            assertThat(Route.isTenant(text)).as("seed %d: %s", seed, text).isIn(true, false);
        }
    }
}
