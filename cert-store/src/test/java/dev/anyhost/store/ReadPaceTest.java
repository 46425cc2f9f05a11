package dev.anyhost.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadPaceTest {

    private final TestTime time = new TestTime();
    private final List<Duration> slept = new ArrayList<>();
    private final ReadPace pace = new ReadPace(10, time, duration -> {
        slept.add(duration);
        time.advance(duration);
    });

    @Test
    void nothingSpent_isNothingToWaitFor() throws Exception {
        pace.await();

        assertThat(slept).isEmpty();
    }

    @Test
    void whatWasSpent_isWaitedFor_andOnlyOnce() throws Exception {
        pace.spent(5);
        pace.spent(2.5);

        pace.await();
        pace.await();

        assertThat(slept).containsExactly(Duration.ofMillis(750));
    }

    @Test
    void idleTime_isNotSavedUp() throws Exception {
        time.advance(Duration.ofMinutes(1));
        pace.spent(10);

        pace.await();

        assertThat(slept).containsExactly(Duration.ofSeconds(1));
    }

    @Test
    void rest_isTheLongerOfWhatIsOwed() throws Exception {
        pace.spent(50);
        pace.rest(Duration.ofSeconds(2));
        pace.await();
        pace.spent(1);
        pace.rest(Duration.ofSeconds(2));
        pace.await();

        assertThat(slept).containsExactly(Duration.ofSeconds(5), Duration.ofSeconds(2));
    }
}
