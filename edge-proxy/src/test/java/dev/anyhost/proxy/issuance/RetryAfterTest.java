package dev.anyhost.proxy.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {

    private static final Instant NOW = Instant.parse("2026-11-21T05:00:00.250Z");

    @Test
    void seconds_countFromNow() {
        assertThat(RetryAfter.parse(" 7200 ", NOW)).contains(NOW.plus(Duration.ofHours(2)));
        assertThat(RetryAfter.parse("0", NOW)).contains(NOW);
    }

    @Test
    void httpDate_isTakenAsItIs() {
        assertThat(RetryAfter.parse("Sun, 22 Nov 2026 08:49:37 GMT", NOW))
                .contains(Instant.parse("2026-11-22T08:49:37Z"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "soon", "1.5", "99999999999999999999", "1e3", "2026-11-22T08:49:37Z"})
    void anythingElse_isNothing(String header) {
        assertThat(RetryAfter.parse(header, NOW)).isEmpty();
    }
}
