package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The certificates as a process sees them that isn't in the home region: looked for in its own region, written at home.
 *
 * @param region what is near
 * @param own this region's rows, for what is noted on them
 * @param home what counts
 */
record ReplicatedCertificates(
        RegionalCertificates region, DynamoCertificates own, DynamoCertificates home, HomeWatch watch)
        implements CertificateStore {

    /** At home where the replica can't be reached. */
    @Override
    public FindResult find(Hostname hostname) {
        FindResult near = region.find(hostname);
        return near instanceof FindResult.Unreachable && !watch.isAway() ? home.find(hostname) : near;
    }

    /** What this region wrote while home was away saves an order until it was brought there. */
    @Override
    public FindResult findConsistent(Hostname hostname) {
        FindResult written = home.findConsistent(hostname);
        FindResult later = region.orOwn(written, hostname, true);
        return switch (later) {
            case FindResult.Found(StoredCertificate found) -> region.isValid(found) ? later : written;
            case FindResult.KeyUnavailable _ -> later;
            // Home is there: what can't be seen nearby needn't keep it from ordering.
            case FindResult.Absent _, FindResult.Damaged _, FindResult.Unreachable _ -> written;
        };
    }

    @Override
    public WriteResult put(NewCertificate next, long replacesVersion, Lease lease) {
        return home.put(next, replacesVersion, lease);
    }

    @Override
    public FactsResult facts(Hostname hostname) {
        return home.facts(hostname);
    }

    /** On the region's own row where home has none: it is served, and brought home, with what it says. */
    @Override
    public VerdictResult recordVerdict(Hostname hostname, LastVerdict verdict) {
        VerdictResult result = home.recordVerdict(hostname, verdict);
        return switch (result) {
            case VerdictResult.Absent _, VerdictResult.Unreachable _ -> own.recordVerdict(hostname, verdict);
            case VerdictResult.Recorded _, VerdictResult.Unchanged _ -> result;
        };
    }

    @Override
    public DueResult due(String part, Instant now, int limit) {
        return home.due(part, now, limit);
    }

    @Override
    public StoreEffect schedule(CertificateFacts seen, Instant due, Optional<SuggestedWindow> window) {
        return home.schedule(seen, due, window);
    }

    @Override
    public StoreEffect postpone(Hostname hostname, long seen, Instant due) {
        return home.postpone(hostname, seen, due);
    }

    @Override
    public WishResult renewFrom(CertificateSummary seen, Instant renewAt, Instant issuedBefore) {
        return home.renewFrom(seen, renewAt, issuedBefore);
    }

    @Override
    public StoreEffect recordUse(Hostname hostname, Instant now) {
        return home.recordUse(hostname, now);
    }

    @Override
    public ListPage<CertificateSummary> list(ListRange range, int limit) {
        return home.list(range, limit);
    }

    @Override
    public StoreEffect list(Consumer<CertificateSummary> visitor) {
        return home.list(visitor);
    }
}
