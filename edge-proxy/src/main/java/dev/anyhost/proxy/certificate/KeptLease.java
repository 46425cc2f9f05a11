package dev.anyhost.proxy.certificate;

import dev.anyhost.store.IssuanceLeases;
import dev.anyhost.store.Lease;
import dev.anyhost.store.LeaseUpdate;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lease that shows its sign of life by itself until it is closed. Losing it doesn't stop the order in the middle of a
 * call: {@link #isLost} is asked between steps, and the fence protects the certificate in any case.
 */
final class KeptLease implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KeptLease.class);

    private final IssuanceLeases leases;
    private final LongSupplier nanos;
    private final ScheduledFuture<?> renewal;
    private Lease current;
    private boolean lost;
    private boolean unfinished;

    KeptLease(IssuanceLeases leases, Lease lease, LongSupplier nanos, ScheduledExecutorService timer) {
        this.leases = leases;
        this.current = lease;
        this.nanos = nanos;
        long every = Lease.RENEWAL_INTERVAL.toMillis();
        this.renewal = timer.scheduleAtFixedRate(this::renew, every, every, TimeUnit.MILLISECONDS);
    }

    synchronized Lease lease() {
        return current;
    }

    /** Whether somebody else may hold the lease by now. */
    synchronized boolean isLost() {
        return lost || current.isLapsed(nanos.getAsLong());
    }

    /** Notes an order that was begun, for a successor. */
    synchronized void began(Lease.PendingOrder order) {
        take(leases.recordOrder(current, order));
    }

    /** The order is left as it is: the next holder resumes it. */
    synchronized void leaveUnfinished() {
        unfinished = true;
    }

    private synchronized void renew() {
        if (!lost) {
            take(leases.renew(current));
        }
    }

    private void take(LeaseUpdate update) {
        switch (update) {
            case LeaseUpdate.Kept kept -> current = kept.lease();
            case LeaseUpdate.Lost gone -> {
                lost = true;
                LOG.atWarn()
                        .addKeyValue("hostname", current.hostname())
                        .addKeyValue("reason", gone.reason())
                        .log("lease lost");
            }
            case LeaseUpdate.Unreachable unreachable ->
                LOG.atWarn()
                        .addKeyValue("hostname", current.hostname())
                        .addKeyValue("reason", unreachable.reason())
                        .log("lease not renewed");
        }
    }

    @Override
    public void close() {
        renewal.cancel(false);
        synchronized (this) {
            if (lost) {
                return;
            }
            if (unfinished) {
                leases.handOver(current);
            } else {
                leases.release(current);
            }
        }
    }
}
