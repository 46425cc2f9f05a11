package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/**
 * The certificates that one region wrote while its home region was away, and how they are brought there. Methods block for
 * DynamoDB calls of at most 1.5 seconds each and are safe for use by many threads.
 */
public final class AwayCertificates {

    private static final Instant ALL = Instant.ofEpochSecond(9_999_999_999L);

    private final String region;
    private final RegionalCertificates here;
    private final CertificateRows home;
    private final IssuanceLeases leases;

    /** Others' leases that were in the way: a dead holder's must be taken over by somebody. */
    private final Map<Hostname, LeaseWatch> inTheWay = new ConcurrentHashMap<>();

    /**
     * What one region wrote.
     *
     * @param here the region's rows, and its replica of what home wrote
     * @param leases the home region's
     */
    AwayCertificates(String region, RegionalCertificates here, CertificateRows home, IssuanceLeases leases) {
        this.region = region;
        this.here = here;
        this.home = home;
        this.leases = leases;
    }

    /** Whose there are, at most so many: one query. */
    public DueResult list(int limit) {
        DynamoTable table = here.own().table();
        try {
            return new DueResult.Due(CertificateItem.BY_DUE.upTo(table, region, ALL, limit).stream()
                    .flatMap(line -> table.rows().hostname(line).stream())
                    .toList());
        } catch (SdkException failed) {
            return new DueResult.Unreachable(table.unreachable(failed));
        }
    }

    /**
     * Writes a hostname's certificate at home, under a lease of the home region, unless a later one is there; removes the
     * region's row once its replica has what is at home, so that the region is never without. Two calls, or seven with the
     * write; whatever it was interrupted at, it may be called again.
     *
     * @param owner names this start of this process in lease rows
     */
    public BroughtHome bringHome(Hostname hostname, String owner) {
        return switch (here.own().find(hostname, true)) {
            case FindResult.Found(StoredCertificate written) -> bringHome(written, owner);
            case FindResult.Absent() -> new BroughtHome.Later("somebody else brought it");
            case FindResult.Damaged(long version, String _, LastVerdict _) ->
                remove(hostname, version, Optional.empty());
            case FindResult.KeyUnavailable(String keyId, String reason) ->
                new BroughtHome.Later("key " + keyId + ": " + reason);
            case FindResult.Unreachable(String reason) -> new BroughtHome.Later(reason);
        };
    }

    private BroughtHome bringHome(StoredCertificate written, String owner) {
        if (!here.isValid(written) || isAsGood(here.replica().find(written.hostname(), true), written)) {
            return remove(written.hostname(), written.version(), Optional.of(written.issuer()));
        }
        return isAsGood(home.find(written.hostname(), true), written)
                ? new BroughtHome.Later("on its way here")
                : claimAndWrite(written, owner);
    }

    private boolean isAsGood(FindResult found, StoredCertificate written) {
        return found instanceof FindResult.Found(StoredCertificate there)
                && here.isValid(there)
                && !there.notBefore().isBefore(written.notBefore());
    }

    private BroughtHome claimAndWrite(StoredCertificate written, String owner) {
        return switch (claim(written.hostname(), owner)) {
            case ClaimResult.Claimed(Lease lease) -> underLease(written, lease);
            case ClaimResult.HeldByOther(LeaseWatch watch) -> {
                inTheWay.put(written.hostname(), watch);
                yield new BroughtHome.Later("somebody orders it at home");
            }
            case ClaimResult.PutOff(IssuanceFailure failure) -> {
                // There is a certificate, so what failed at home is over; the next try finds the lease free.
                var _ = leases.forgive(written.hostname(), failure.failedAt());
                yield new BroughtHome.Later("it was put off at home");
            }
            case ClaimResult.Unreachable(String reason) -> new BroughtHome.Later(reason);
        };
    }

    private ClaimResult claim(Hostname hostname, String owner) {
        LeaseWatch seen = inTheWay.remove(hostname);
        return seen == null ? leases.claim(hostname, owner) : leases.claimAfterWatching(seen, owner);
    }

    private BroughtHome underLease(StoredCertificate written, Lease lease) {
        BroughtHome result = switch (home.find(written.hostname(), true)) {
            case FindResult.Found(StoredCertificate there) ->
                isAsGood(new FindResult.Found(there), written)
                        ? new BroughtHome.Later("on its way here")
                        : write(written, there.version(), there.lastVerdict(), lease);
            case FindResult.Absent() -> write(written, 0, written.lastVerdict(), lease);
            case FindResult.Damaged(long version, String _, LastVerdict lastVerdict) ->
                write(written, version, lastVerdict, lease);
            case FindResult.KeyUnavailable(String keyId, String reason) ->
                new BroughtHome.Later("key " + keyId + ": " + reason);
            case FindResult.Unreachable(String reason) -> new BroughtHome.Later(reason);
        };
        // What home has begun or failed at is over only when it has this certificate. What isn't given back lapses.
        var _ = result instanceof BroughtHome.Written ? leases.release(lease) : leases.handOver(lease);
        return result;
    }

    private BroughtHome write(StoredCertificate written, long replaces, LastVerdict lastVerdict, Lease lease) {
        var next = new NewCertificate(
                written.hostname(),
                written.chain(),
                written.privateKey(),
                written.issuer(),
                lastVerdict,
                written.upkeep().used());
        return switch (home.put(next, replaces, lease)) {
            case WriteResult.Written(long version) -> new BroughtHome.Written(version);
            case WriteResult.Superseded _ -> new BroughtHome.Later("another certificate was written at home");
            case WriteResult.Fenced(long byFence) -> new BroughtHome.Later("fenced off by " + byFence);
            case WriteResult.Unreachable(String reason) -> new BroughtHome.Later(reason);
        };
    }

    /** Leaves alone what was replaced meanwhile. */
    private BroughtHome remove(Hostname hostname, long version, Optional<String> issuer) {
        DynamoTable table = here.own().table();
        try {
            table.dynamo()
                    .deleteItem(request -> request.tableName(table.name())
                            .key(table.key(hostname))
                            .conditionExpression("version = :seen")
                            .expressionAttributeValues(Map.of(":seen", Attributes.number(version))));
            return new BroughtHome.Removed(issuer);
        } catch (ConditionalCheckFailedException goneOrReplaced) {
            return new BroughtHome.Later("somebody else is at it");
        } catch (SdkException failed) {
            return new BroughtHome.Later(table.unreachable(failed));
        }
    }
}
