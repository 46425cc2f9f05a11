package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.time.Instant;
import java.util.Map;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/**
 * The certificates that one region wrote while its home region was away, and how they are brought there. Methods block for
 * DynamoDB calls of at most 1.5 seconds each and are safe for use by many threads.
 */
public final class AwayCertificates {

    private static final Instant ALL = Instant.ofEpochSecond(9_999_999_999L);

    private final String region;
    private final CertificateRows own;
    private final CertificateRows home;
    private final IssuanceLeases leases;

    /**
     * What one region wrote.
     *
     * @param leases the home region's
     */
    AwayCertificates(String region, CertificateRows own, CertificateRows home, IssuanceLeases leases) {
        this.region = region;
        this.own = own;
        this.home = home;
        this.leases = leases;
    }

    /** Whose there are, at most so many: one query. */
    public DueResult list(int limit) {
        DynamoTable table = own.table();
        try {
            return new DueResult.Due(CertificateItem.BY_DUE.upTo(table, region, ALL, limit).stream()
                    .flatMap(line -> table.rows().hostname(line).stream())
                    .toList());
        } catch (SdkException failed) {
            return new DueResult.Unreachable(table.unreachable(failed));
        }
    }

    /**
     * Writes a hostname's certificate at home, under a lease of the home region, unless the one that is there is valid for as
     * long; then removes the region's row. Six calls; whatever it was interrupted at, it may be called again.
     *
     * @param owner names this start of this process in lease rows
     */
    public BroughtHome bringHome(Hostname hostname, String owner) {
        return switch (own.find(hostname, true)) {
            case FindResult.Found(StoredCertificate written) -> bringHome(written, owner);
            case FindResult.Absent() -> new BroughtHome.NotNeeded();
            case FindResult.Damaged(long version, String _, LastVerdict _) -> notNeeded(hostname, version);
            case FindResult.KeyUnavailable(String keyId, String reason) ->
                new BroughtHome.Later("key " + keyId + ": " + reason);
            case FindResult.Unreachable(String reason) -> new BroughtHome.Later(reason);
        };
    }

    private BroughtHome bringHome(StoredCertificate written, String owner) {
        return switch (claim(written.hostname(), owner)) {
            case ClaimResult.Claimed(Lease lease) -> {
                BroughtHome result = underLease(written, lease);
                // Nothing else is known of it: a lease that isn't given back lapses.
                var _ = leases.release(lease);
                yield result;
            }
            case ClaimResult.HeldByOther _ -> new BroughtHome.Later("somebody orders it at home");
            case ClaimResult.PutOff(IssuanceFailure failure) -> new BroughtHome.Later("put off: " + failure.cause());
            case ClaimResult.Unreachable(String reason) -> new BroughtHome.Later(reason);
        };
    }

    /** There is a certificate: what failed at home before is over. */
    private ClaimResult claim(Hostname hostname, String owner) {
        ClaimResult result = leases.claim(hostname, owner);
        if (result instanceof ClaimResult.PutOff(IssuanceFailure failure)
                && !(leases.forgive(hostname, failure.failedAt()) instanceof FailureResult.Unreachable)) {
            return leases.claim(hostname, owner);
        }
        return result;
    }

    private BroughtHome underLease(StoredCertificate written, Lease lease) {
        return switch (home.find(written.hostname(), true)) {
            case FindResult.Found(StoredCertificate there) ->
                there.notAfter().isBefore(written.notAfter())
                        ? write(written, there.version(), there.lastVerdict(), lease)
                        : notNeeded(written.hostname(), written.version());
            case FindResult.Absent() -> write(written, 0, written.lastVerdict(), lease);
            case FindResult.Damaged(long version, String _, LastVerdict lastVerdict) ->
                write(written, version, lastVerdict, lease);
            case FindResult.KeyUnavailable(String keyId, String reason) ->
                new BroughtHome.Later("key " + keyId + ": " + reason);
            case FindResult.Unreachable(String reason) -> new BroughtHome.Later(reason);
        };
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
            case WriteResult.Written(long version) -> {
                var _ = remove(written.hostname(), written.version());
                yield new BroughtHome.Written(version, written.issuer());
            }
            case WriteResult.Superseded _ -> new BroughtHome.Later("another certificate was written at home");
            case WriteResult.Fenced(long byFence) -> new BroughtHome.Later("fenced off by " + byFence);
            case WriteResult.Unreachable(String reason) -> new BroughtHome.Later(reason);
        };
    }

    private BroughtHome notNeeded(Hostname hostname, long version) {
        return switch (remove(hostname, version)) {
            case StoreEffect.Done() -> new BroughtHome.NotNeeded();
            case StoreEffect.Unreachable(String reason) -> new BroughtHome.Later(reason);
        };
    }

    /** Leaves alone what was replaced meanwhile. */
    private StoreEffect remove(Hostname hostname, long version) {
        DynamoTable table = own.table();
        try {
            table.dynamo()
                    .deleteItem(request -> request.tableName(table.name())
                            .key(table.key(hostname))
                            .conditionExpression("version = :seen")
                            .expressionAttributeValues(Map.of(":seen", Attributes.number(version))));
            return new StoreEffect.Done();
        } catch (ConditionalCheckFailedException goneOrReplaced) {
            return new StoreEffect.Done();
        } catch (SdkException failed) {
            return new StoreEffect.Unreachable(table.unreachable(failed));
        }
    }
}
