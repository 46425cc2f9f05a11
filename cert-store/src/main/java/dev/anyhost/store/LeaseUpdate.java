package dev.anyhost.store;

/** What became of a lease that its holder wrote to. */
public sealed interface LeaseUpdate {

    /** It is still the caller's; go on with this value. */
    record Kept(Lease lease) implements LeaseUpdate {}

    /** It isn't the caller's any more: stop ordering. */
    record Lost(Reason reason) implements LeaseUpdate {}

    /** Why a lease ended. */
    enum Reason {
        /** A challenger saw no sign of life and took it, or it was released. */
        TAKEN_OVER,
        /** It was held for {@link Lease#LONGEST}. */
        ORDER_TOO_LONG
    }

    /** The store gave no usable answer in time; the lease is the caller's until it lapses. */
    record Unreachable(String reason) implements LeaseUpdate {}
}
