package dev.anyhost.proxy.migration;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.issuance.IssuanceTime;
import dev.anyhost.proxy.migration.ImportOutcome.Failed;
import dev.anyhost.proxy.migration.ImportOutcome.Imported;
import dev.anyhost.proxy.migration.ImportOutcome.Kept;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.ClaimResult;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.IssuanceFailure;
import dev.anyhost.store.LastVerdict;
import dev.anyhost.store.Lease;
import dev.anyhost.store.LeaseWatch;
import dev.anyhost.store.NewCertificate;
import dev.anyhost.store.StoreEffect;
import dev.anyhost.store.StoredCertificate;
import dev.anyhost.store.WriteResult;
import dev.anyhost.store.changes.Change;
import dev.anyhost.store.changes.PublishResult;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts certificates from elsewhere into the store, as an order's holder does: under the name's lease, in place of the
 * version that was seen, with the lease's fence. So an import and an issuance are never at one name together, and a write
 * that comes late is rejected. One that expires later stays, whoever wrote it.
 *
 * <p>No verdict has allowed these certificates, and so they are stored as if refused: the first visitor's ask, which
 * comes before any certificate is served, makes that right. While the verifier is silent they aren't served. An item that
 * is there keeps its verdict.
 */
public final class CertificateImport {

    private static final Logger LOG = LoggerFactory.getLogger(CertificateImport.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    /** Longer than a dead holder's lease lives. */
    private static final Duration LONGEST_WAIT = Lease.TERM.multipliedBy(2);

    private static final int TRIES = 6;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);

    private final CertificateTables tables;
    private final String owner;
    private final IssuanceTime time;
    private final boolean dryRun;

    /**
     * Writes nothing yet.
     *
     * @param owner names this run in lease rows
     * @param dryRun whether to write nothing
     */
    public CertificateImport(CertificateTables tables, String owner, IssuanceTime time, boolean dryRun) {
        this.tables = tables;
        this.owner = owner;
        this.time = time;
        this.dryRun = dryRun;
    }

    /** What an item of ours means for a certificate from elsewhere. */
    private sealed interface Look {

        /** @param version what is to be replaced; 0 for none */
        record Replaceable(long version, LastVerdict verdict) implements Look {}

        record Good(String why) implements Look {}

        record Unknown(String reason) implements Look {}
    }

    /** Stores one; blocks for as long as others are at its name, at most about half a minute. */
    ImportOutcome store(NewCertificate next) throws InterruptedException {
        return switch (look(next, () -> tables.certificates().find(next.hostname()))) {
            case Look.Good(String why) -> new Kept(why);
            case Look.Unknown(String reason) -> new Failed(reason);
            case Look.Replaceable _ -> dryRun ? imported(next) : claim(next);
        };
    }

    private Look look(NewCertificate next, Supplier<FindResult> find) throws InterruptedException {
        return switch (patiently(find, FindResult.Unreachable.class::isInstance)) {
            case FindResult.Found(StoredCertificate found) ->
                found.notAfter().isBefore(notAfter(next))
                        ? new Look.Replaceable(found.version(), found.lastVerdict())
                        : new Look.Good(why(found, next));
            case FindResult.Absent() -> new Look.Replaceable(0, LastVerdict.UNKNOWN);
            case FindResult.Damaged(long version, String _, LastVerdict verdict) ->
                new Look.Replaceable(version, verdict);
            case FindResult.KeyUnavailable(String keyId, String reason) ->
                new Look.Unknown("key " + keyId + ": " + reason);
            case FindResult.Unreachable(String reason) -> new Look.Unknown(reason);
        };
    }

    private static String why(StoredCertificate found, NewCertificate next) {
        return isSame(found, next) ? "stored already" : "the stored one expires at " + found.notAfter();
    }

    private static boolean isSame(StoredCertificate found, NewCertificate next) {
        return found.chain().getFirst().equals(next.chain().getFirst());
    }

    private static Instant notAfter(NewCertificate next) {
        return next.chain().getFirst().getNotAfter().toInstant();
    }

    private static Imported imported(NewCertificate next) {
        return new Imported(notAfter(next), next.issuer());
    }

    private ImportOutcome claim(NewCertificate next) throws InterruptedException {
        long deadline = time.nanos().getAsLong() + LONGEST_WAIT.toNanos();
        Optional<IssuanceFailure> forgiven = Optional.empty();
        ClaimResult result = tables.leases().claim(next.hostname(), owner);
        while (!(result instanceof ClaimResult.Claimed(Lease lease))) {
            if (time.nanos().getAsLong() - deadline >= 0) {
                return notClaimed(result);
            }
            if (result instanceof ClaimResult.PutOff(IssuanceFailure failure)) {
                // A certificate ends the failure as an order's would; what comes to nothing puts it back.
                forgiven = Optional.of(failure);
            }
            result = claimAfter(result, next.hostname());
        }
        return underLease(next, lease, forgiven);
    }

    private ClaimResult claimAfter(ClaimResult last, Hostname hostname) throws InterruptedException {
        return switch (last) {
            case ClaimResult.Claimed claimed -> claimed;
            case ClaimResult.PutOff(IssuanceFailure failure) -> {
                var _ = tables.leases().forgive(hostname, failure.failedAt());
                yield tables.leases().claim(hostname, owner);
            }
            case ClaimResult.HeldByOther(LeaseWatch watch) -> {
                time.pause().pause(LOOK_EVERY);
                yield tables.leases().claimAfterWatching(watch, owner);
            }
            case ClaimResult.Unreachable(String _) -> {
                time.pause().pause(LOOK_EVERY);
                yield tables.leases().claim(hostname, owner);
            }
        };
    }

    private static Failed notClaimed(ClaimResult last) {
        return new Failed(
                last instanceof ClaimResult.Unreachable(String reason)
                        ? reason
                        : "an order for it is under way: import again");
    }

    private ImportOutcome underLease(NewCertificate next, Lease lease, Optional<IssuanceFailure> forgiven)
            throws InterruptedException {
        ImportOutcome outcome = new Failed("stopped");
        try {
            outcome = put(next, lease);
        } finally {
            giveBack(lease, outcome, forgiven);
        }
        if (outcome instanceof Imported && forgiven.isPresent()) {
            tell(new Change(Change.Kind.FORGIVEN, next.hostname()));
        }
        return outcome;
    }

    private void giveBack(Lease lease, ImportOutcome outcome, Optional<IssuanceFailure> forgiven) {
        StoreEffect effect = outcome instanceof Imported
                ? tables.leases().release(lease)
                : forgiven.map(failure -> tables.leases().fail(lease, failure))
                        .orElseGet(() -> tables.leases().handOver(lease));
        if (effect instanceof StoreEffect.Unreachable(String reason)) {
            warn(lease, reason, "lease not given back, it will lapse");
        }
    }

    private ImportOutcome put(NewCertificate next, Lease lease) throws InterruptedException {
        return switch (look(next, () -> tables.certificates().findConsistent(next.hostname()))) {
            case Look.Good(String why) -> new Kept(why);
            case Look.Unknown(String reason) -> new Failed(reason);
            case Look.Replaceable(long version, LastVerdict verdict) -> put(decided(next, verdict), version, lease);
        };
    }

    private static NewCertificate decided(NewCertificate next, LastVerdict verdict) {
        return new NewCertificate(next.hostname(), next.chain(), next.key(), next.issuer(), verdict, next.used());
    }

    private ImportOutcome put(NewCertificate next, long replaces, Lease lease) throws InterruptedException {
        WriteResult result = patiently(
                () -> tables.certificates().put(next, replaces, lease), WriteResult.Unreachable.class::isInstance);
        return switch (result) {
            case WriteResult.Written(long version) -> {
                if (version > 1) {
                    // Who has the older one in memory would serve it for up to a day.
                    tell(new Change(Change.Kind.RENEWED, next.hostname()));
                }
                yield imported(next);
            }
            // Where an answer was lost and the write repeated, the winner is this very certificate.
            case WriteResult.Superseded(FindResult.Found(StoredCertificate winner)) ->
                isSame(winner, next) ? imported(next) : new Kept(why(winner, next));
            case WriteResult.Superseded(FindResult other) -> new Failed("replaced by what can't be read: " + other);
            case WriteResult.Fenced(long byFence) -> new Failed("an order came in between (fence " + byFence + ")");
            case WriteResult.Unreachable(String reason) -> new Failed(reason);
        };
    }

    private void tell(Change change) {
        if (tables.changes().publish(change) instanceof PublishResult.Unreachable(String reason)) {
            LOG.atWarn()
                    .addKeyValue("hostname", change.hostname())
                    .addKeyValue("reason", reason)
                    .log("proxies weren't told");
        }
    }

    /** Asks again while a table is at its limit or away, for about eight seconds. */
    private <T> T patiently(Supplier<T> call, Predicate<T> isUnreachable) throws InterruptedException {
        T result = call.get();
        Duration pause = FIRST_PAUSE;
        for (int tries = 1; tries < TRIES && isUnreachable.test(result); tries++) {
            time.pause().pause(pause);
            pause = pause.multipliedBy(2);
            result = call.get();
        }
        return result;
    }

    private static void warn(Lease lease, String reason, String message) {
        LOG.atWarn()
                .addKeyValue("hostname", lease.hostname())
                .addKeyValue("reason", reason)
                .log(message);
    }
}
