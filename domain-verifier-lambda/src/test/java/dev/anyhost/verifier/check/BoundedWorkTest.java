package dev.anyhost.verifier.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.testkit.FakeClock;
import dev.anyhost.verifier.whitelist.DueResult;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BoundedWorkTest {

    private final FakeClock clock = FakeClock.at("2026-11-21T00:00:00Z");

    /** Pages of as many as are asked for, of so many in all; a position's time is how many there were before. */
    private static BoundedWork.Source source(int count) {
        return (limit, after) -> {
            int from =
                    after.map(position -> (int) position.due().getEpochSecond()).orElse(0);
            int to = Math.min(count, from + limit);
            List<Hostname> page = IntStream.range(from, to)
                    .mapToObj(i -> Hostname.parse("h" + i + ".example").orElseThrow())
                    .toList();
            return new DueResult.Due(
                    page,
                    to == count
                            ? Optional.empty()
                            : Optional.of(new DueResult.Position("x", Instant.ofEpochSecond(to))));
        };
    }

    private BoundedWork work(Duration time, Duration last) {
        return new BoundedWork(clock, clock.instant().plus(time), last);
    }

    @Test
    @SuppressWarnings("ThreadPriorityCheck") // Lets others in, and relies on nothing.
    void manyPages_everythingOnceAndAtMost64AtOnce() {
        var now = new AtomicInteger();
        var most = new AtomicInteger();
        List<Hostname> done = work(Duration.ofMinutes(1), Duration.ZERO)
                .over(
                        source(2_345),
                        hostname -> {
                            most.accumulateAndGet(now.incrementAndGet(), Math::max);
                            Thread.yield();
                            now.decrementAndGet();
                            return hostname;
                        },
                        failed -> Hostname.parse("failed.example").orElseThrow());
        assertThat(done).hasSize(2_345).doesNotHaveDuplicates();
        assertThat(most.get()).isBetween(1, 64);
    }

    @Test
    void oneThatIsSlow_holdsNobodyElseUp() throws Exception {
        var others = new CountDownLatch(1_499);
        List<Boolean> done = work(Duration.ofMinutes(1), Duration.ZERO)
                .over(
                        source(1_500),
                        hostname -> {
                            if (!hostname.value().equals("h0.example")) {
                                others.countDown();
                                return true;
                            }
                            try {
                                others.await();
                                return true;
                            } catch (InterruptedException tooLate) {
                                return false;
                            }
                        },
                        failed -> false);
        assertThat(done).hasSize(1_500).containsOnly(true);
    }

    @Test
    void timeThatIsUpMidway_beginsNothingMore() {
        var begun = new AtomicInteger();
        BoundedWork work = work(Duration.ofMinutes(1), Duration.ofMinutes(1));
        List<Integer> done = work.over(
                source(5_000),
                hostname -> {
                    if (begun.incrementAndGet() == 100) {
                        clock.advance(Duration.ofMinutes(1));
                    }
                    return 1;
                },
                failed -> 0);
        assertThat(done.size()).isEqualTo(begun.get()).isBetween(100, 100 + 64);
        assertThat(work.isOutOfTime()).isTrue();
    }

    @Test
    void whatNeverEnds_isInterruptedAndHasNoOutcome() throws Exception {
        var interrupted = new CountDownLatch(1);
        var wrote = new AtomicBoolean();
        BoundedWork work = work(Duration.ofMillis(100), Duration.ofMillis(100));
        List<Integer> done = work.over(
                source(10),
                hostname -> {
                    if (!hostname.value().equals("h3.example")) {
                        return 1;
                    }
                    try {
                        new CountDownLatch(1).await();
                        wrote.set(true);
                    } catch (InterruptedException end) {
                        interrupted.countDown();
                    }
                    return 2;
                },
                failed -> 0);
        interrupted.await();
        assertThat(wrote).isFalse();
        assertThat(done).hasSizeBetween(9, 10);
        assertThat(work.isOutOfTime()).isTrue();
    }
}
