package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The certificates as one region has them: its replica of what home wrote, and the rows that it wrote itself while home was
 * away. Its own count on from the version that they replaced, so that the higher version is the later one.
 *
 * @param replica what home wrote
 * @param own this region's rows in the same table
 */
record RegionalCertificates(CertificateRows replica, CertificateRows own, InstantSource clock)
        implements IssuedCertificates {

    @Override
    public FindResult find(Hostname hostname) {
        return orOwn(replica.find(hostname, false), hostname, false);
    }

    @Override
    public FindResult findConsistent(Hostname hostname) {
        return orOwn(replica.find(hostname, true), hostname, true);
    }

    /** What the region wrote itself, where that is later and the other can't be served: one more GetItem in that case. */
    FindResult orOwn(FindResult shared, Hostname hostname, boolean consistent) {
        return switch (shared) {
            case FindResult.Found(StoredCertificate found) ->
                isValid(found) ? shared : later(found.version(), shared, hostname, consistent);
            case FindResult.Absent() -> later(0, shared, hostname, consistent);
            case FindResult.Damaged(long version, String _, LastVerdict _) ->
                later(version, shared, hostname, consistent);
            case FindResult.KeyUnavailable _, FindResult.Unreachable _ -> shared;
        };
    }

    boolean isValid(StoredCertificate found) {
        Instant now = clock.instant();
        return !found.notBefore().isAfter(now) && found.notAfter().isAfter(now);
    }

    private FindResult later(long version, FindResult shared, Hostname hostname, boolean consistent) {
        FindResult written = own.find(hostname, consistent);
        return switch (written) {
            case FindResult.Found(StoredCertificate found) -> found.version() > version ? written : shared;
            case FindResult.Damaged(long damaged, String _, LastVerdict _) -> damaged > version ? written : shared;
            case FindResult.Absent() -> shared;
            // There is something, or may be: nobody orders for want of a look.
            case FindResult.KeyUnavailable _, FindResult.Unreachable _ -> written;
        };
    }

    @Override
    public WriteResult put(NewCertificate next, long replacesVersion, Lease lease) {
        return own.put(next, replacesVersion, lease);
    }
}
