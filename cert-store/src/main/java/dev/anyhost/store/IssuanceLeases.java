package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.time.Instant;
import java.util.function.BiConsumer;

/**
 * One lease for each hostname: who holds it may order a certificate. Every method is one DynamoDB call of at most 1.5
 * seconds and is safe for use by many threads.
 *
 * <p>A lease that its holder doesn't renew for {@link Lease#TERM} may be taken over. A frozen holder that wakes up late
 * still believes in its lease; what protects the certificate is the fencing token, which only ever grows: rows are never
 * deleted and have no time to live.
 */
public interface IssuanceLeases {

    /** Takes a lease that is free and not {@linkplain ClaimResult.PutOff put off}. */
    ClaimResult claim(Hostname hostname, String owner);

    /** Looks again: takes a lease that is free by now, or whose holder showed no sign of life for {@link Lease#TERM}. */
    ClaimResult claimAfterWatching(LeaseWatch watch, String owner);

    /** Shows a sign of life; due every {@link Lease#RENEWAL_INTERVAL}, refused after {@link Lease#LONGEST}. */
    LeaseUpdate renew(Lease lease);

    /** Notes the order that was begun, so that a successor resumes it instead of ordering again; renews as well. */
    LeaseUpdate recordOrder(Lease lease, Lease.PendingOrder order);

    /** Gives the lease back, all being well: order and failure are forgotten. Nothing happens to a lost lease. */
    StoreEffect release(Lease lease);

    /** Gives the lease back after a failure that all are to know of; the order is over. Nothing happens to a lost lease. */
    StoreEffect fail(Lease lease, IssuanceFailure failure);

    /** Gives the lease back with its order unfinished: the next holder resumes it. Nothing happens to a lost lease. */
    StoreEffect handOver(Lease lease);

    /** What is remembered of a hostname's failed attempts: one strongly consistent GetItem. */
    FailureResult findFailure(Hostname hostname);

    /**
     * Forgets a hostname's failure, so that the next visitor's order is made at once; answers what was forgotten.
     *
     * @param failedUntil leaves a failure alone that is later than this: several instances hear of one reason to forgive,
     *     and the last must not forgive what came of the first one's
     */
    FailureResult forgive(Hostname hostname, Instant failedUntil);

    /** Some failures, in the same order: one query, and one more for each of the index's shards that ends on the page. */
    ListPage<FailedName> listFailures(ListRange range, int limit);

    /** A hostname whose last attempt failed. */
    record FailedName(Hostname hostname, IssuanceFailure failure) {}

    /** Shows all failures, those that may be tried again sooner first within each of the index's shards; no scan. */
    StoreEffect listFailures(BiConsumer<Hostname, IssuanceFailure> visitor);
}
