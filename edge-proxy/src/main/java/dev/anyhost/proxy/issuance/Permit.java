package dev.anyhost.proxy.issuance;

import java.time.Instant;

/** Whether a new order may be made at an authority now. */
public sealed interface Permit {

    record Granted() implements Permit {}

    /** Not before a time. */
    sealed interface Withheld extends Permit {

        Instant until();
    }

    /** The authority said that it wants none. */
    record Paused(Instant until, String problem) implements Withheld {}

    /**
     * It would be more than the authority allows, or than this urgency's share of that.
     *
     * @param limit which one, such as {@code orders} or {@code domain#example.com}
     */
    record Spent(Instant until, String limit) implements Withheld {}

    /** The store gave no usable answer, so that nobody knows. */
    record Unreachable(String reason) implements Permit {}

    /** Asked before each new order, on the issuing thread; blocks for a store call. */
    @FunctionalInterface
    interface Source {

        /** @param replaces whether the order says which certificate it replaces (RFC 9773 section 5), and so is exempt */
        Permit ask(boolean replaces);
    }
}
