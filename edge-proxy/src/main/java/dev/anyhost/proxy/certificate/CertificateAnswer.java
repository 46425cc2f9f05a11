package dev.anyhost.proxy.certificate;

import java.time.Instant;

/** What the proxy can do for one hostname's handshake. A bug is still an exception. */
public sealed interface CertificateAnswer {

    /** The handshake goes on with this certificate; {@link ServableCertificate#retain} it before use. */
    record Serve(ServableCertificate certificate, Source source) implements CertificateAnswer {}

    /** The verifier says no: alert 112, unrecognized_name (RFC 6066 section 3). */
    record NotAllowed() implements CertificateAnswer {}

    /**
     * Ours, or perhaps ours, but not now: alert 80, internal_error (RFC 8446 section 6.2).
     *
     * @param retryAt from when another try makes sense
     */
    record NotYet(Cause cause, Instant retryAt) implements CertificateAnswer {}

    /** Where a served certificate came from. */
    enum Source {
        MEMORY,
        STORE,
        /** This instance ordered it just now. */
        ISSUED,
        /** Another instance ordered it while this one waited. */
        WAITED
    }

    /** Why there is no certificate now. */
    enum Cause {
        /** The verifier can't be asked, and nothing is known from before. */
        VERIFIER_SILENT,
        /** Asking would be more than the verifier is to get. */
        TOO_MANY_ASKS,
        STORE_UNREACHABLE,
        KEY_UNAVAILABLE,
        /** Another instance is at it, for longer than usual. */
        ISSUING,
        /** The last attempt failed, and its back-off isn't over. */
        ISSUANCE_FAILED,
        /** The certificate authority wants no orders for a while. */
        AUTHORITY_PAUSED,
        /** The certificate authority's limits, or this urgency's share of them, are reached. */
        LIMIT_REACHED,
        /** The certificate authority gave no usable answer. */
        AUTHORITY_UNAVAILABLE,
        /** The registered domain had its share of new names for this hour. */
        TOO_MANY_NEW_NAMES,
        /** More wait, or are ordered, than this process takes on. */
        OVERLOADED,
        /** There is one; but the hostname's tenant has as many connections as it may have. */
        TENANT_CONNECTIONS,
        /** It took longer than a visitor waits; it goes on without them. */
        DEADLINE
    }
}
