package dev.anyhost.proxy.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import dev.anyhost.domain.Verdict;
import dev.anyhost.domain.Verdict.Refused.Reason;
import dev.anyhost.proxy.admission.Permission.Why;
import dev.anyhost.testkit.FakeClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class AdmissionTest {

    private static final Hostname HOST = hostname("shop.example");
    private static final Verdict ALLOWED = new Verdict.Allowed(Route.UNNAMED, Duration.ofMinutes(5));
    private static final Verdict PENDING = new Verdict.Refused(Reason.KNOWN);
    private static final Verdict UNKNOWN = new Verdict.Refused(Reason.UNKNOWN);
    private static final Verdict SILENT = new Verdict.Silent("500");
    private static final Permission YES = new Permission.Allowed(Route.UNNAMED);
    private static final Permission NO = new Permission.Refused(false);
    private static final Permission NEWLY_NO = new Permission.Refused(true);
    private static final Permission NO_ANSWER = new Permission.Unknown(Why.VERIFIER_SILENT);
    private static final Permission NOT_ASKED = new Permission.Unknown(Why.TOO_MANY_ASKS);

    private final FakeClock clock = FakeClock.at(Instant.parse("2026-11-01T00:00:00Z"));
    private final List<Hostname> asked = new ArrayList<>();
    private Function<Hostname, Verdict> answer = _ -> ALLOWED;
    private final Admission admission = new Admission(this::answered, new AskLimits(50, 100, 1_000), clock::nanos);

    private Verdict answered(Hostname hostname) {
        asked.add(hostname);
        return answer.apply(hostname);
    }

    private void answering(Verdict verdict) {
        answer = _ -> verdict;
    }

    private static Hostname hostname(String name) {
        return Hostname.parse(name).orElseThrow();
    }

    private void advance(Duration time) {
        clock.advance(time);
    }

    @Test
    void allowed_isAskedOnceWithinItsMaxAge() {
        assertThat(admission.ask(HOST)).isEqualTo(YES);
        advance(Duration.ofSeconds(299));
        assertThat(admission.ask(HOST)).isEqualTo(YES);
        assertThat(asked).hasSize(1);
        answering(UNKNOWN);
        advance(Duration.ofSeconds(1));
        assertThat(admission.ask(HOST)).isEqualTo(NEWLY_NO);
        assertThat(admission.ask(HOST)).isEqualTo(NO);
        assertThat(admission.isLastRefused(HOST)).isTrue();
    }

    @Test
    void allowed_isDueForOneCallerFromEightyPercentOfItsMaxAge() {
        admission.ask(HOST);
        advance(Duration.ofSeconds(239));
        assertThat(admission.standing(HOST)).contains(new Admission.Standing(ALLOWED, true, false));
        advance(Duration.ofSeconds(1));
        assertThat(admission.standing(HOST)).contains(new Admission.Standing(ALLOWED, true, true));
        assertThat(admission.standing(HOST)).contains(new Admission.Standing(ALLOWED, true, false));
        advance(Duration.ofSeconds(5));
        assertThat(admission.standing(HOST)).contains(new Admission.Standing(ALLOWED, true, true));
    }

    @Test
    void refusal_isNeverDueInTheBackground() {
        answering(UNKNOWN);
        admission.ask(HOST);
        for (int second = 0; second < 60; second++) {
            assertThat(admission.standing(HOST).orElseThrow().due()).isFalse();
            advance(Duration.ofSeconds(1));
        }
    }

    @Test
    void askAgain_asksWhateverIsFresh() {
        admission.ask(HOST);
        answering(PENDING);
        assertThat(admission.askAgain(HOST)).isEqualTo(NEWLY_NO);
        assertThat(admission.ask(HOST)).isEqualTo(NO);
        assertThat(asked).hasSize(2);
    }

    @Test
    void knownButRefused_isAskedEveryThirtySeconds() {
        answering(PENDING);
        for (int asks = 1; asks <= 5; asks++) {
            assertThat(admission.ask(HOST)).isEqualTo(asks == 1 ? NEWLY_NO : NO);
            advance(Duration.ofMillis(29_999));
            assertThat(admission.ask(HOST)).isEqualTo(NO);
            assertThat(asked).hasSize(asks);
            advance(Duration.ofMillis(1));
        }
    }

    @Test
    void unknown_isAskedLessAndLessOftenUpToFiveMinutes() {
        answering(UNKNOWN);
        int asks = 0;
        for (long seconds : new long[] {30, 60, 120, 240, 300, 300}) {
            assertThat(admission.ask(HOST)).isInstanceOf(Permission.Refused.class);
            advance(Duration.ofSeconds(seconds).minusNanos(1));
            assertThat(admission.ask(HOST)).isEqualTo(NO);
            assertThat(asked).hasSize(++asks);
            advance(Duration.ofNanos(1));
        }
    }

    @Test
    void unknownThatIsForgotten_isAskedAtOnceAndBeginsAnew() {
        answering(UNKNOWN);
        admission.ask(HOST);
        advance(Duration.ofSeconds(30));
        admission.ask(HOST);
        answering(ALLOWED);
        admission.forget(HOST);
        assertThat(admission.ask(HOST)).isEqualTo(YES);
    }

    @Test
    void doubtedPermission_isAskedForButStillRoutes() {
        admission.ask(HOST);
        admission.doubt(HOST);
        assertThat(admission.standing(HOST)).contains(new Admission.Standing(ALLOWED, false, true));
        answering(UNKNOWN);
        assertThat(admission.ask(HOST)).isEqualTo(NEWLY_NO);
    }

    @Test
    void silence_isNoVerdictAndReplacesNone() {
        admission.ask(HOST);
        answering(SILENT);
        advance(Duration.ofMinutes(6));
        assertThat(admission.ask(HOST)).isEqualTo(NO_ANSWER);
        assertThat(admission.standing(HOST)).contains(new Admission.Standing(ALLOWED, false, true));
        answering(UNKNOWN);
        advance(Duration.ofSeconds(1));
        assertThat(admission.ask(HOST)).isEqualTo(NEWLY_NO);
        assertThat(admission.ask(HOST)).isEqualTo(NO);
        assertThat(admission.isLastRefused(HOST)).isTrue();
    }

    @Test
    void silenceOfADay_endsWhatWasAllowed() {
        answer = name -> name.equals(HOST) ? new Verdict.Allowed(Route.UNNAMED, Duration.ofHours(20)) : SILENT;
        admission.ask(HOST);
        advance(Duration.ofHours(10));
        admission.ask(hostname("other.example"));
        advance(Duration.ofHours(24).minusNanos(1));
        assertThat(admission.standing(HOST)).isPresent();
        assertThat(admission.reliesOnThePast()).isTrue();
        advance(Duration.ofNanos(1));
        assertThat(admission.standing(HOST)).isEmpty();
        assertThat(admission.reliesOnThePast()).isFalse();
        answering(ALLOWED);
        assertThat(admission.ask(HOST)).isEqualTo(YES);
        assertThat(admission.reliesOnThePast()).isTrue();
    }

    @Test
    void verifierThatIsDown_getsOneAskASecond() {
        answering(SILENT);
        for (int i = 0; i < 3; i++) {
            assertThat(admission.ask(hostname("first" + i + ".example"))).isEqualTo(NO_ANSWER);
            advance(Duration.ofMillis(1));
        }
        asked.clear();
        for (int tenths = 0; tenths < 600; tenths++) {
            assertThat(admission.ask(hostname("name" + tenths + ".example"))).isEqualTo(NO_ANSWER);
            advance(Duration.ofMillis(100));
        }
        assertThat(asked).hasSizeBetween(59, 60);
        answering(ALLOWED);
        advance(Duration.ofSeconds(1));
        assertThat(admission.ask(HOST)).isEqualTo(YES);
        assertThat(admission.ask(hostname("next.example"))).isEqualTo(YES);
    }

    @Test
    void verifierThatHangs_getsOneAskASecondBeforeItsFirstTimeOut() throws Exception {
        var hanging = new CountDownLatch(1);
        var reached = new CountDownLatch(1);
        var asks = new AtomicInteger();
        var hung = new Admission(
                _ -> {
                    asks.incrementAndGet();
                    reached.countDown();
                    return await(hanging);
                },
                AskLimits.DEFAULT,
                clock::nanos);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Permission> first = threads.submit(() -> hung.ask(HOST));
            reached.await();
            advance(Duration.ofSeconds(1));
            Future<Permission> probe = threads.submit(() -> hung.ask(hostname("probe.example")));
            while (asks.get() < 2) {
                Thread.onSpinWait();
            }
            for (int i = 0; i < 50; i++) {
                assertThat(hung.ask(hostname("name" + i + ".example"))).isEqualTo(NO_ANSWER);
            }
            assertThat(asks).hasValue(2);
            hanging.countDown();
            assertThat(List.of(first.get(), probe.get())).containsOnly(YES);
        }
    }

    private static Verdict await(CountDownLatch latch) {
        try {
            latch.await();
            return ALLOWED;
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    @Test
    void strangers_areAskedForInABurstAndThenAtTheRateAndLeaveAReserve() {
        answering(PENDING);
        for (int i = 0; i < 400; i++) {
            assertThat(admission.ask(hostname("stranger" + i + ".example"))).isIn(NEWLY_NO, NOT_ASKED);
        }
        assertThat(asked).hasSize(100);
        advance(Duration.ofSeconds(1));
        for (int i = 400; i < 800; i++) {
            admission.ask(hostname("stranger" + i + ".example"));
        }
        assertThat(asked).hasSize(150);
    }

    @Test
    void knownName_isAskedForFromTheReserve() {
        admission.ask(HOST);
        answering(PENDING);
        advance(Duration.ofMinutes(6));
        for (int i = 0; i < 400; i++) {
            admission.ask(hostname("stranger" + i + ".example"));
        }
        answering(ALLOWED);
        assertThat(admission.ask(HOST)).isEqualTo(YES);
        assertThat(admission.ask(hostname("new.example"))).isEqualTo(NOT_ASKED);
    }

    @Test
    void manyAtOnce_shareOneAsk() throws Exception {
        var hanging = new CountDownLatch(1);
        var asks = new AtomicInteger();
        var slow = new Admission(
                _ -> {
                    asks.incrementAndGet();
                    return await(hanging);
                },
                AskLimits.DEFAULT,
                clock::nanos);
        var begun = new CountDownLatch(20);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Permission>> answers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                answers.add(threads.submit(() -> {
                    begun.countDown();
                    return slow.ask(HOST);
                }));
            }
            begun.await();
            hanging.countDown();
            for (Future<Permission> each : answers) {
                assertThat(each.get()).isEqualTo(YES);
            }
        }
        assertThat(asks).hasValue(1);
    }

    @Test
    void rememberedNames_areBounded() {
        var few = new Admission(_ -> ALLOWED, new AskLimits(1_000_000, 1_000_000, 10), clock::nanos);
        for (int i = 0; i < 10_000; i++) {
            few.ask(hostname("name" + i + ".example"));
        }
        long remembered = java.util.stream.IntStream.range(0, 10_000)
                .mapToObj(i -> few.standing(hostname("name" + i + ".example")))
                .filter(Optional::isPresent)
                .count();
        assertThat(remembered).isLessThan(200);
    }
}
