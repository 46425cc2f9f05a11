package dev.anyhost.proxy.admission;

import dev.anyhost.domain.Verdict;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A verdict and what the clock makes of it. Allowed: fresh for its max-age, due for another ask from 80 % of that, kept
 * for a day beyond. Refused: fresh for {@link #refusalAge}, kept some minutes beyond, because the next refusal's age
 * grows from this one's.
 */
final class Remembered {

    private static final Duration FIRST_REFUSAL = Duration.ofSeconds(30);
    private static final Duration LONGEST_REFUSAL = Duration.ofMinutes(5);
    private static final Duration REFUSAL_KEPT = Duration.ofMinutes(10);
    private static final double DUE = 0.8;

    /** Between two asks in the background for the same verdict. */
    private static final Duration BETWEEN_REFRESHES = Duration.ofSeconds(5);

    private final Verdict verdict;
    private final Duration age;
    private final Duration kept;
    private final long freshUntil;
    private final AtomicLong dueAt;

    private Remembered(Verdict verdict, Duration age, Duration kept, long now) {
        this.verdict = verdict;
        this.age = age;
        this.kept = kept;
        this.freshUntil = now + age.toNanos();
        // A refusal is for the next visitor to ask about: a stranger's name is worth no work in the background.
        this.dueAt = new AtomicLong(
                now + (verdict instanceof Verdict.Allowed ? (long) (age.toNanos() * DUE) : kept.toNanos()));
    }

    static Remembered allowed(Verdict.Allowed verdict, long now) {
        return new Remembered(verdict, verdict.maxAge(), verdict.maxAge().plus(Admission.STALE_AT_MOST), now);
    }

    /** A name that nobody knows is asked for less and less often; one that is known may be allowed at any time. */
    static Remembered refused(Verdict.Refused verdict, @Nullable Remembered before, long now) {
        Duration lastAge = before != null && before.verdict instanceof Verdict.Refused ? before.age : Duration.ZERO;
        Duration age = refusalAge(verdict, lastAge);
        return new Remembered(verdict, age, age.plus(REFUSAL_KEPT), now);
    }

    private static Duration refusalAge(Verdict.Refused verdict, Duration before) {
        if (verdict.reason() == Verdict.Refused.Reason.KNOWN || before.isZero()) {
            return FIRST_REFUSAL;
        }
        Duration doubled = before.multipliedBy(2);
        return doubled.compareTo(LONGEST_REFUSAL) < 0 ? doubled : LONGEST_REFUSAL;
    }

    /** The same verdict, no longer to be relied on without asking. */
    Remembered stale(long now) {
        return new Remembered(verdict, Duration.ZERO, kept, now);
    }

    Verdict verdict() {
        return verdict;
    }

    Duration kept() {
        return kept;
    }

    boolean isFresh(long now) {
        return now - freshUntil < 0;
    }

    /** Whether the caller should have it asked for again; says so to one caller every few seconds. */
    boolean takeDue(long now) {
        long due = dueAt.get();
        return now - due >= 0 && dueAt.compareAndSet(due, now + BETWEEN_REFRESHES.toNanos());
    }
}
