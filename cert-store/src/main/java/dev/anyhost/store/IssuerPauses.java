package dev.anyhost.store;

import java.time.Instant;

/**
 * Which certificate authorities want no orders for a while, for all instances: what one hears in a Retry-After (RFC 8555
 * section 6.6), all obey. Every method is one DynamoDB call of at most 1.5 seconds and is safe for use by many threads.
 */
public interface IssuerPauses {

    /**
     * Whether an authority may be given an order now: a strongly consistent read.
     *
     * @param issuer the directory URL of the ACME server
     */
    PauseResult look(String issuer);

    /**
     * Pauses an authority. A pause is never shortened.
     *
     * @param until when orders may be given again; rounded up to whole seconds
     * @param problem what the authority said
     */
    StoreEffect pause(String issuer, Instant until, String problem);
}
