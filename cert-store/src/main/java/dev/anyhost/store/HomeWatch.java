package dev.anyhost.store;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.exception.SdkServiceException;

/**
 * Whether the home region answers another one: looked at every few seconds, whatever else is asked of it, so that a single slow
 * answer moves nothing. A refusal is an answer. Any thread may call any method.
 */
public final class HomeWatch {

    /** How often it is to be looked at. */
    public static final Duration EVERY = Duration.ofSeconds(5);

    /** How long every look has to fail before home counts as away; the first that succeeds ends it. */
    public static final Duration AWAY_AFTER = Duration.ofSeconds(10);

    private static final int SERVER_ERROR = 500;
    private static final Duration MOMENT = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(HomeWatch.class);

    private final DynamoTable home;
    private final LongSupplier nanos;
    private OptionalLong failingSince = OptionalLong.empty();
    private long failedNanos;
    private volatile boolean away;

    HomeWatch(DynamoTable home, LongSupplier nanos) {
        this.home = home;
        this.nanos = nanos;
    }

    /** One strongly consistent GetItem; one at a time. */
    public synchronized void look() {
        try {
            var _ = home.get(home.key(CoordinationKey.CANARY), true);
            answered();
        } catch (SdkServiceException refused) {
            if (refused.statusCode() >= SERVER_ERROR) {
                silent(home.unreachable(refused));
            } else {
                // A wrong name, a missing right or too many calls: home is there, and ordering alone would mend
                // nothing.
                LOG.atError().addKeyValue("reason", home.unreachable(refused)).log("home region refuses us");
                answered();
            }
        } catch (SdkException failed) {
            silent(home.unreachable(failed));
        }
    }

    private void answered() {
        failingSince = OptionalLong.empty();
        if (away) {
            LOG.atWarn().addKeyValue("table", home.name()).log("home region is back");
        }
        away = false;
    }

    private void silent(String reason) {
        long now = nanos.getAsLong();
        failedNanos = now;
        long since = failingSince.orElse(now);
        failingSince = OptionalLong.of(since);
        if (!away && now - since >= AWAY_AFTER.toNanos()) {
            LOG.atError().addKeyValue("reason", reason).log("home region is away: this region orders on its own");
            away = true;
        }
    }

    /** By the last look. Never blocks. */
    public boolean isAway() {
        return away;
    }

    /** The same with another look unless it was a moment ago: whoever orders alone must not do so by old news. */
    boolean isStillAway() {
        return away && lookedAgain();
    }

    private synchronized boolean lookedAgain() {
        if (away && nanos.getAsLong() - failedNanos >= MOMENT.toNanos()) {
            look();
        }
        return away;
    }
}
