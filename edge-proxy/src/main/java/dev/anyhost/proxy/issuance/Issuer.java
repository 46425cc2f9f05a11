package dev.anyhost.proxy.issuance;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;

/** Gets certificates from one authority. */
public interface Issuer {

    /** The directory URL (RFC 8555 section 7.1.1), which is also how certificates and orders name their issuer. */
    String directory();

    /** Makes one attempt. It blocks, for minutes if need be: for virtual threads only. Any number may run at a time. */
    IssuanceOutcome issue(IssuanceRequest request);

    /**
     * How far our clock is ahead of the authority's, by the Date of its last answer (RFC 9110 section 6.6.1); empty when it
     * can't be asked. Blocks for a call unless it answered within an hour.
     */
    Optional<Duration> clockAhead();

    /** When this certificate, one of this authority's, should be renewed. Blocks for a call or two. */
    Suggestion suggestion(X509Certificate certificate);
}
