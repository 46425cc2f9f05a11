package dev.anyhost.benchmarks;

/** How one visitor's connection went; times in milliseconds from the first SYN. */
sealed interface Visit {

    /**
     * A handshake and an answer.
     *
     * @param handshake until the TLS handshake was complete
     * @param answer until the answer's first byte
     */
    record Answered(double handshake, double answer, int status) implements Visit {}

    /** An alert, a closed connection, or patience that ran out. */
    record Failed(double after, String why) implements Visit {}
}
