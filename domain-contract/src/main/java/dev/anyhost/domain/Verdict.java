package dev.anyhost.domain;

import java.time.Duration;

/** What the domain verifier says about one hostname, as the proxy understands it. */
public sealed interface Verdict {

    /**
     * The hostname may have a certificate and its requests are proxied.
     *
     * @param maxAge how long this may be relied on without asking again: 1 second to 24 hours
     */
    record Allowed(Route route, Duration maxAge) implements Verdict {}

    /** The verifier answered, and the answer is no. */
    record Refused(Reason reason) implements Verdict {

        /** Why a hostname is refused; they are remembered for different times. */
        public enum Reason {
            /** Known and not, or no longer, allowed: 403 or 410. */
            KNOWN,
            /** Never heard of: 404. */
            UNKNOWN,
            /** Not a hostname at all to the verifier: 400. */
            NOT_A_HOSTNAME
        }
    }

    /**
     * The verifier could not tell, or what came back is not an answer. Neither permission nor refusal.
     *
     * @param cause what came back instead, for logs; free of secrets and of the answer's own text
     */
    record Silent(String cause) implements Verdict {}
}
