package dev.anyhost.proxy.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateLimiterTest {

    private final AtomicLong clock = new AtomicLong();
    private final RateLimiter<Integer> limiter =
            new RateLimiter<>(new RateLimit(10, Duration.ofSeconds(2)), clock::get);

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    @Test
    void eachKey_hasTheWholeLimit() {
        for (int key = 0; key < 3; key++) {
            for (int i = 0; i < 10; i++) {
                assertThat(limiter.tryTake(key)).isTrue();
            }
            assertThat(limiter.tryTake(key)).isFalse();
        }
    }

    @Test
    void whatWasTaken_comesBackEvenly() {
        for (int i = 0; i < 10; i++) {
            limiter.tryTake(1);
        }
        pass(limiter.limit().refill().minusNanos(1_000));
        assertThat(limiter.tryTake(1)).isFalse();
        pass(Duration.ofNanos(2_000));
        assertThat(limiter.tryTake(1)).isTrue();
        assertThat(limiter.tryTake(1)).isFalse();
    }

    @Test
    void keysWithNothingMissing_areForgotten() {
        for (int key = 0; key < 1_000; key++) {
            limiter.tryTake(key);
        }
        assertThat(limiter.remembered()).isEqualTo(1_000);
        pass(Duration.ofSeconds(2));
        assertThat(limiter.remembered()).isZero();
    }

    @Test
    void moreKeysThanAreRemembered_takeNoMoreMemory() {
        for (int key = 0; key < 250_000; key++) {
            limiter.tryTake(key);
        }
        assertThat(limiter.remembered()).isLessThanOrEqualTo(100_000);
    }
}
