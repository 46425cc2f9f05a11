package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The certificates, one item each: read in the nearest replica, written in the home region's. Every method blocks for at most
 * about three seconds (1.5 for DynamoDB, 1.5 for KMS), twice that where two places are looked at, and is safe for use by many
 * threads.
 */
public interface CertificateStore extends IssuedCertificates {

    /** The same as {@link #find} without the private key: as far as renewal goes by it. */
    FactsResult facts(Hostname hostname);

    /**
     * Remembers a verdict on the hostname's item, if there is one and it says something else: one UpdateItem. The version
     * stays. Callers that know the stored verdict spare the call when it is the same.
     */
    VerdictResult recordVerdict(Hostname hostname, LastVerdict verdict);

    /**
     * Which certificates of one part are to be looked after by now, those first that are due for longest: one query.
     *
     * @param part one of {@link PartLeases#PARTS}
     */
    DueResult due(String part, Instant now, int limit);

    /**
     * Says when a certificate is to be looked after next: one UpdateItem. Nothing happens to a later version, nor to one that
     * an operator has wished to be renewed meanwhile: they are due by themselves.
     *
     * @param window what its authority suggests; empty forgets an earlier suggestion
     */
    StoreEffect schedule(CertificateFacts seen, Instant due, Optional<SuggestedWindow> window);

    /**
     * The same for what can't be read, and whatever an operator wishes; forgets what its authority suggested.
     *
     * @param seen the version that was looked at
     */
    StoreEffect postpone(Hostname hostname, long seen, Instant due);

    /**
     * Has a certificate renewed from an instant on, whatever its authority suggests: one UpdateItem, or a few when it changes
     * at this moment. It is looked after then at the latest.
     *
     * @param seen the version that was listed
     * @param issuedBefore one that was valid only since then, or later, is left alone
     */
    WishResult renewFrom(CertificateSummary seen, Instant renewAt, Instant issuedBefore);

    /** Remembers that a hostname is in use, unless that was remembered within a day: one UpdateItem. */
    StoreEffect recordUse(Hostname hostname, Instant now);

    /**
     * Some certificates, those that are due first sooner within each of the index's parts: one query, and one more for each
     * part that ends on the page; no scan.
     *
     * @param range until when they are due; what is due later isn't read
     */
    ListPage<CertificateSummary> list(ListRange range, int limit);

    /** Shows all certificates, those that are due first sooner within each of the index's parts; queries, no scan. */
    StoreEffect list(Consumer<CertificateSummary> visitor);
}
