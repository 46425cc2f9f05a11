package dev.anyhost.store;

/** What became of a claim. */
public sealed interface ClaimResult {

    /** The lease is the caller's, with the order that a predecessor left behind, if any, and the last failure, if any. */
    record Claimed(Lease lease) implements ClaimResult {}

    /**
     * Another one holds it.
     *
     * @param watch to be handed to {@link IssuanceLeases#claimAfterWatching} a little later
     */
    record HeldByOther(LeaseWatch watch) implements ClaimResult {}

    /** Nobody holds it, and nobody may take it before {@link IssuanceFailure#retryAt}. */
    record PutOff(IssuanceFailure failure) implements ClaimResult {}

    /** The store gave no usable answer in time: the caller has no lease. */
    record Unreachable(String reason) implements ClaimResult {}
}
