package dev.anyhost.store;

import dev.anyhost.domain.Hostname;

/**
 * A challenger's memory of a lease that another one holds: what it looked like, and since when it hasn't changed on the
 * challenger's own monotonic clock. No wall clock takes part, neither the holder's nor the challenger's.
 *
 * @param sinceNanos when this very state was first seen: after the answer came, so that the wait can only be too long
 */
public record LeaseWatch(Hostname hostname, String owner, long token, long renewal, long sinceNanos) {

    /** Whether the holder was watched without a sign of life for {@link Lease#TERM}. */
    public boolean isOver(long nanos) {
        return nanos - sinceNanos >= Lease.TERM.toNanos();
    }

    /** The watch after another look: it goes on while nothing changed and begins anew otherwise. */
    LeaseWatch after(LeaseWatch look) {
        boolean unchanged = hostname.equals(look.hostname)
                && owner.equals(look.owner)
                && token == look.token
                && renewal == look.renewal;
        return unchanged ? this : look;
    }
}
