package dev.anyhost.proxy.admission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Verdict;
import java.time.Duration;
import java.util.Optional;

/**
 * What is known of who may use this proxy. A verdict is fresh for its max-age (a refusal for 30 s) and is kept for a day
 * beyond that, so that connections which are open when the verifier falls silent keep their route. The verifier's
 * silence is no verdict and replaces none.
 *
 * <p>{@link #fresh} and {@link #last} never block and may be called on an event loop; {@link #ask} blocks.
 */
public final class Admission {

    private static final Duration REFUSAL_FRESH = Duration.ofSeconds(30);
    private static final Duration KEPT_STALE = Duration.ofDays(1);

    private final Verifier verifier;
    private final Ticker ticker;
    private final Cache<Hostname, Remembered> memory;

    /** @param capacity how many names' verdicts are remembered at most */
    public Admission(Verifier verifier, Ticker ticker, int capacity) {
        this.verifier = verifier;
        this.ticker = ticker;
        this.memory = Caffeine.newBuilder()
                .maximumSize(capacity)
                .ticker(ticker)
                .expireAfter(Expiry.creating((Hostname hostname, Remembered remembered) -> remembered.kept()))
                .build();
    }

    /** The verdict on a name if one is known and still within its max-age. */
    public Optional<Verdict> fresh(Hostname hostname) {
        Remembered remembered = memory.getIfPresent(hostname);
        return remembered != null && remembered.isFresh(ticker.read())
                ? Optional.of(remembered.verdict())
                : Optional.empty();
    }

    /** The last verdict on a name, however old, as long as it is remembered at all. */
    public Optional<Verdict> last(Hostname hostname) {
        return Optional.ofNullable(memory.getIfPresent(hostname)).map(Remembered::verdict);
    }

    /** A fresh verdict, from memory or by asking the verifier; {@link Verdict.Silent} when it could not tell. */
    public Verdict ask(Hostname hostname) {
        return fresh(hostname).orElseGet(() -> askNow(hostname));
    }

    private Verdict askNow(Hostname hostname) {
        Verdict verdict = verifier.ask(hostname);
        switch (verdict) {
            case Verdict.Allowed allowed -> remember(hostname, allowed, allowed.maxAge(), KEPT_STALE);
            case Verdict.Refused refused -> remember(hostname, refused, REFUSAL_FRESH, Duration.ZERO);
            case Verdict.Silent _ -> {}
        }
        return verdict;
    }

    private void remember(Hostname hostname, Verdict verdict, Duration fresh, Duration beyond) {
        // A new entry rather than an update, so that its life is counted from now.
        memory.asMap().remove(hostname);
        memory.put(hostname, new Remembered(verdict, ticker.read() + fresh.toNanos(), fresh.plus(beyond)));
    }

    private record Remembered(Verdict verdict, long freshUntil, Duration kept) {
        boolean isFresh(long now) {
            return now - freshUntil < 0;
        }
    }
}
