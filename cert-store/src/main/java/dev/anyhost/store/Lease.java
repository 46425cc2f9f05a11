package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * The right to order a certificate for one hostname, for a while.
 *
 * @param owner the holder: unique for each start of a process, so that a restarted one doesn't take itself for its
 *     predecessor
 * @param token the fencing token: greater than that of every earlier lease for this hostname
 * @param renewal how often the row was written under this token, as far as this holder knows
 * @param claimedNanos the holder's monotonic clock before it asked for the lease
 * @param renewedNanos the holder's monotonic clock before it last renewed the lease
 * @param order the order that this holder or one before it has begun and not finished
 * @param failure how the last attempt before this lease ended, unless well
 */
public record Lease(
        Hostname hostname,
        String owner,
        long token,
        long renewal,
        long claimedNanos,
        long renewedNanos,
        Optional<PendingOrder> order,
        Optional<IssuanceFailure> failure) {

    /** How long a challenger must see a lease unchanged before it may take it over. */
    public static final Duration TERM = Duration.ofSeconds(15);

    /** How often the holder renews. */
    public static final Duration RENEWAL_INTERVAL = Duration.ofSeconds(5);

    /** How long one lease may be renewed: no order takes longer. */
    public static final Duration LONGEST = Duration.ofMinutes(5);

    /**
     * An order at a certificate authority that was begun (RFC 8555 section 7.4).
     *
     * @param issuer the directory URL of the ACME server
     * @param url the order's URL
     */
    public record PendingOrder(String issuer, URI url) {}

    /** Whether a challenger may have taken the lease by now, on the holder's monotonic clock. Writes are fenced anyway. */
    public boolean isLapsed(long nanos) {
        return nanos - renewedNanos >= TERM.toNanos();
    }

    boolean isOverdue(long nanos) {
        return nanos - claimedNanos >= LONGEST.toNanos();
    }

    Lease renewed(long renewals, long nanos) {
        return new Lease(hostname, owner, token, renewals, claimedNanos, nanos, order, failure);
    }

    Lease withOrder(PendingOrder begun) {
        return new Lease(hostname, owner, token, renewal, claimedNanos, renewedNanos, Optional.of(begun), failure);
    }
}
