package dev.anyhost.proxy.issuance;

import dev.anyhost.proxy.challenge.ChallengeType;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/** How one attempt at a certificate ended. A bug is still an exception. */
public sealed interface IssuanceOutcome {

    /**
     * A certificate for exactly the hostname, checked against its key.
     *
     * @param chain the certificate and what it was signed with, leaf first, at least two
     * @param key the certificate's EC P-256 key
     * @param issuer the directory URL of the authority
     * @param worked the challenge type that the authority accepted
     */
    record Issued(List<X509Certificate> chain, PrivateKey key, String issuer, ChallengeType worked)
            implements IssuanceOutcome {

        public Issued {
            chain = List.copyOf(chain);
        }

        /** Leaves the key out. */
        @Override
        public String toString() {
            return "Issued[serial=" + chain.getFirst().getSerialNumber().toString(16) + ", issuer=" + issuer
                    + ", worked=" + worked + "]";
        }
    }

    /** The authority didn't see the challenge answered, or doesn't offer it. The other type may work. */
    record ChallengeFailed(ChallengeType type, AcmeProblem problem) implements IssuanceOutcome {

        /** The type as it is written in ACME. */
        public String label() {
            return type.label();
        }
    }

    /**
     * The authority wants no orders for a while: 429, or 503 with Retry-After. It means the whole account, not only this
     * hostname.
     *
     * @param retryAt exactly what the authority said
     */
    record RateLimited(Instant retryAt, AcmeProblem problem) implements IssuanceOutcome {}

    /** Nothing was ordered: there may be no order now. */
    record NotOrdered(Permit.Withheld why) implements IssuanceOutcome {}

    /** The authority refuses this order, by the customer's fault or ours: CAA, rejectedIdentifier, a bad contact. */
    record Rejected(AcmeProblem problem) implements IssuanceOutcome {}

    /** There is no certificate this time, by nobody's doing that we can name; an order may be open and be resumed. */
    record Unavailable(Cause cause, String detail) implements IssuanceOutcome {}

    /** Why an attempt came to nothing. */
    enum Cause {
        /** No connection, or it broke, or a call got no answer in time. */
        UNREACHABLE,
        /** The authority's own TLS certificate isn't trusted. */
        UNTRUSTED,
        /** The authority doesn't take our account, or what we wish for: an operator has to do something. */
        ACCOUNT_REFUSED,
        /** The attempt as a whole took too long: the authority answers, but doesn't get there. */
        TIMED_OUT,
        /** The authority answered with an internal error. */
        AUTHORITY_FAILED,
        /** The authority's answer isn't ACME. */
        UNUSABLE_ANSWER,
        /** The certificate isn't the one that was ordered; it is never served. */
        WRONG_CERTIFICATE,
        /** The challenge couldn't be posted. */
        STORE_FAILED,
        /** The caller asked to stop. */
        STOPPED
    }
}
