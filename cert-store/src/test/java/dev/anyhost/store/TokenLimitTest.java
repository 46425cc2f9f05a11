package dev.anyhost.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TokenLimitTest {

    private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
    private static final TokenLimit TEN = TokenLimit.of(10, Duration.ofMinutes(10));

    @Test
    void tokensLeft_areThoseThatAreBackByNow() {
        assertThat(TEN.left(Instant.EPOCH, NOW)).isEqualTo(10);
        assertThat(TEN.left(NOW.plus(Duration.ofMinutes(3)), NOW)).isEqualTo(7);
        assertThat(TEN.left(NOW.plus(Duration.ofSeconds(181)), NOW)).isEqualTo(6);
        assertThat(TEN.left(NOW.plus(Duration.ofMinutes(25)), NOW)).isZero();
    }

    @Test
    void lastOfManyTokens_comesWhenTheOthersAreTakenAndItIsBack() {
        Instant threeTaken = NOW.plus(Duration.ofMinutes(3));

        assertThat(TEN.availableAt(threeTaken, NOW, 0, 7)).isEqualTo(NOW);
        assertThat(TEN.availableAt(threeTaken, NOW, 0, 8)).isEqualTo(NOW.plus(Duration.ofMinutes(1)));
        assertThat(TEN.availableAt(threeTaken, NOW, 2, 8)).isEqualTo(NOW.plus(Duration.ofMinutes(3)));
        assertThat(TEN.availableAt(Instant.EPOCH, NOW, 0, 30)).isEqualTo(NOW.plus(Duration.ofMinutes(20)));
    }

    @Test
    void limitOfNothing_isRefused() {
        assertThatThrownBy(() -> new TokenLimit(0, Duration.ofSeconds(1))).hasMessageContaining("limit: 0 every PT1S");
        assertThatThrownBy(() -> new TokenLimit(1, Duration.ZERO)).hasMessageContaining("limit: 1 every PT0S");
    }
}
