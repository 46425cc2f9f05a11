package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.util.function.Consumer;

/**
 * The certificates, one item each. Every method blocks for at most about three seconds (1.5 for DynamoDB, 1.5 for KMS)
 * and is safe for use by many threads.
 */
public interface CertificateStore {

    /** What the nearest replica has: one eventually consistent GetItem. */
    FindResult find(Hostname hostname);

    /** What was written last: one strongly consistent GetItem, for the look after the lease was claimed. */
    FindResult findConsistent(Hostname hostname);

    /**
     * Stores a certificate in place of the version that was seen, unless a later lease has written: one PutItem.
     *
     * @param replacesVersion the version that was found, or 0 when there was none
     * @param lease the caller's lease for this hostname; its token becomes the item's fence
     * @throws IllegalArgumentException when the lease is for another hostname or the certificate has a
     *     {@linkplain NewCertificate#fault fault}: every reader would call it damaged
     */
    WriteResult put(NewCertificate next, long replacesVersion, Lease lease);

    /**
     * Remembers a verdict on the hostname's item, if there is one and it says something else: one UpdateItem. The version
     * stays. Callers that know the stored verdict spare the call when it is the same.
     */
    VerdictResult recordVerdict(Hostname hostname, LastVerdict verdict);

    /** Shows all certificates, those that expire first sooner within each of the index's shards; queries, no scan. */
    StoreEffect list(Consumer<CertificateSummary> visitor);
}
