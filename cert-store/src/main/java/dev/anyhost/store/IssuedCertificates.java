package dev.anyhost.store;

import dev.anyhost.domain.Hostname;

/**
 * What an order needs of the certificates. Every method blocks for at most about three seconds (1.5 for DynamoDB, 1.5 for
 * KMS), twice that where two places are looked at, and is safe for use by many threads.
 */
public interface IssuedCertificates {

    /** What the nearest replica has: one eventually consistent GetItem. */
    FindResult find(Hostname hostname);

    /** What was written last: one strongly consistent GetItem, for the look after the lease was claimed. */
    FindResult findConsistent(Hostname hostname);

    /**
     * Stores a certificate in place of the version that was seen, unless a later lease has written: one PutItem.
     *
     * @param replacesVersion the version that was found, or 0 when there was none
     * @param lease the caller's lease for this hostname, from the same place; its token becomes the item's fence
     * @throws IllegalArgumentException when the lease is for another hostname or the certificate has a
     *     {@linkplain NewCertificate#fault fault}: every reader would call it damaged
     */
    WriteResult put(NewCertificate next, long replacesVersion, Lease lease);
}
