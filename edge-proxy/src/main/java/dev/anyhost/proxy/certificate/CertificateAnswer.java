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
        VERIFIER_SILENT,
        STORE_UNREACHABLE,
        KEY_UNAVAILABLE,
        ISSUING,
        ISSUANCE_FAILED,
        OVERLOADED,
        DEADLINE
    }
}
