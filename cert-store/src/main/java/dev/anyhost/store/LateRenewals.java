package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.time.Instant;
import java.util.List;

/**
 * Certificates whose renewal was tried and hasn't come off yet, so that an alarm can count them whoever looks after them. A
 * row is written with the first failure and goes with the renewal; in good times there are none. Any thread may call any
 * method.
 */
public interface LateRenewals {

    /**
     * Those of one part: one query, and more only where there are thousands.
     *
     * @param part one of {@link PartLeases#PARTS}
     */
    LateResult of(String part);

    /** Notes one, or its newer version: one PutItem. */
    StoreEffect note(LateRenewal late);

    /** It was renewed, or need not be: one DeleteItem. */
    StoreEffect forget(Hostname hostname);

    /**
     * A certificate that should have been renewed.
     *
     * @param lateAt from when on that is alarming
     * @param almostExpiredAt from when on it is more so
     * @param notAfter the leaf's; a week later nobody is interested any more
     */
    record LateRenewal(Hostname hostname, Instant lateAt, Instant almostExpiredAt, Instant notAfter) {

        /** Keeps whole seconds, as the store does. */
        public LateRenewal {
            lateAt = Attributes.wholeSecondsUp(lateAt);
            almostExpiredAt = Attributes.wholeSecondsUp(almostExpiredAt);
            notAfter = Attributes.wholeSecondsUp(notAfter);
        }
    }

    /** What is late. */
    sealed interface LateResult {

        /** All of a part. */
        record Late(List<LateRenewal> renewals) implements LateResult {

            public Late {
                renewals = List.copyOf(renewals);
            }
        }

        /** The table couldn't be asked. */
        record Unreachable(String reason) implements LateResult {}
    }
}
