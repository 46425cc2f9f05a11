package dev.anyhost.proxy.certificate;

import dev.anyhost.store.IssuanceFailure;
import dev.anyhost.store.IssuanceLeases;
import dev.anyhost.store.Lease;
import dev.anyhost.store.LeaseUpdate;
import dev.anyhost.store.StoreEffect;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lease that shows its sign of life by itself until it is closed. Losing it doesn't stop the order in the middle of a
 * call: {@link #isLost} is asked between steps, and the fence protects the certificate in any case.
 *
 * <p>Unless it is told how the attempt ended, it is handed over with whatever order is open.
 */
final class KeptLease implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KeptLease.class);

    private final IssuanceLeases leases;
    private final LongSupplier nanos;
    private final ScheduledFuture<?> renewal;
    private Lease current;
    private boolean lost;
    private Ending ending = new Ending.Unfinished();

    /** How an attempt ended. */
    private sealed interface Ending {
        record Unfinished() implements Ending {}

        record Succeeded() implements Ending {}

        record Failed(IssuanceFailure failure) implements Ending {}
    }

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

    /** There is a certificate: order and failure may be forgotten. */
    synchronized void succeeded() {
        ending = new Ending.Succeeded();
    }

    /** The order came to nothing, and all instances are to know. */
    synchronized void failed(IssuanceFailure failure) {
        ending = new Ending.Failed(failure);
    }

    /** What was noted of an order that came to nothing. */
    synchronized Optional<IssuanceFailure> failure() {
        return ending instanceof Ending.Failed(IssuanceFailure failure) ? Optional.of(failure) : Optional.empty();
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
                warn(gone.reason().toString(), "lease lost");
            }
            case LeaseUpdate.Unreachable(String reason) -> warn(reason, "lease not renewed");
        }
    }

    @Override
    public void close() {
        renewal.cancel(false);
        // A process that is told to stop still gives its leases back, or the others would wait for them to lapse.
        boolean interrupted = Thread.interrupted();
        synchronized (this) {
            if (!lost && release() instanceof StoreEffect.Unreachable(String reason)) {
                warn(reason, "lease not given back, it will lapse");
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private StoreEffect release() {
        return switch (ending) {
            case Ending.Unfinished() -> leases.handOver(current);
            case Ending.Succeeded() -> leases.release(current);
            case Ending.Failed(IssuanceFailure failure) -> leases.fail(current, failure);
        };
    }

    private void warn(String reason, String message) {
        LOG.atWarn()
                .addKeyValue("hostname", current.hostname())
                .addKeyValue("reason", reason)
                .log(message);
    }
}
