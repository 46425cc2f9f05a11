package dev.anyhost.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class FakeClockTest {

    private final FakeClock clock = FakeClock.at("2026-11-21T00:00:00Z");

    @Test
    void advance_movesBothClocks() {
        long before = clock.nanos();
        clock.advance(Duration.ofSeconds(15));
        assertThat(clock.instant()).isEqualTo("2026-11-21T00:00:15Z");
        assertThat(clock.nanos() - before).isEqualTo(15_000_000_000L);
    }

    @Test
    void setWallClock_leavesTheMonotonicOneAlone() {
        long before = clock.nanos();
        clock.setWallClock(Instant.EPOCH);
        assertThat(clock.instant()).isEqualTo(Instant.EPOCH);
        assertThat(clock.nanos()).isEqualTo(before);
    }
}
