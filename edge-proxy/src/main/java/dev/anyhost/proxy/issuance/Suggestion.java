package dev.anyhost.proxy.issuance;

import java.time.Instant;

/** What an authority says of when one of its certificates should be renewed (RFC 9773). */
public sealed interface Suggestion {

    /**
     * Some time in a window.
     *
     * @param start not after {@code end}
     * @param askAgain when the authority wants to be asked again
     */
    record Window(Instant start, Instant end, Instant askAgain) implements Suggestion {}

    /** It has no such service, or knows nothing of this certificate. */
    record None() implements Suggestion {}

    /** It didn't say. */
    record Unavailable(String reason) implements Suggestion {}
}
