package dev.anyhost.verifier.whitelist;

import dev.anyhost.store.changes.Change;
import dev.anyhost.store.changes.ChangeLog;
import dev.anyhost.store.changes.ChangesSince;
import dev.anyhost.store.changes.PublishResult;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.onboarding.Entry;
import dev.anyhost.verifier.onboarding.Removed;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Tells the proxies of what changed in the whitelist and what they must hear sooner than their verdicts age, by the change
 * log in their coordination table.
 */
public final class ProxyNotices implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ProxyNotices.class);

    private final DynamoDbClient dynamo;
    private final ChangeLog log;

    private ProxyNotices(DynamoDbClient dynamo, ChangeLog log) {
        this.dynamo = dynamo;
        this.log = log;
    }

    /** Makes a client; no network yet. */
    public static ProxyNotices open(WhitelistSettings coordination, InstantSource clock) {
        DynamoDbClient dynamo = WhitelistClient.open(coordination);
        return new ProxyNotices(dynamo, new ChangeLog(dynamo, coordination.table(), clock));
    }

    /**
     * Tells of a change that is in the table, when it matters to them; blocks for one call at most. The change stands when
     * nobody could be told: verdicts age within minutes.
     */
    public void tell(Domain before, Entry after) {
        kind(before, after).ifPresent(kind -> {
            if (publish(new Change(kind, before.hostname())) instanceof PublishResult.Unreachable(String reason)) {
                LOG.warn(
                        "{}: proxies weren't told ({}) and will notice within minutes: {}",
                        before.hostname(),
                        kind,
                        reason);
            }
        });
    }

    private static Optional<Change.Kind> kind(Domain before, Entry after) {
        return switch (after) {
            case Removed _ -> Optional.of(Change.Kind.REMOVED);
            case Domain domain -> kind(before, domain);
        };
    }

    /** An operator's block is told in any case, since what was told before may have got lost. */
    private static Optional<Change.Kind> kind(Domain before, Domain after) {
        boolean blocked = before.status() != after.status() && after.status() == DomainStatus.BLOCKED;
        boolean was = before.status().isAllowed();
        boolean is = after.status().isAllowed();
        if (blocked || (was && !is)) {
            return Optional.of(Change.Kind.REFUSED);
        }
        return is && !(was && before.route().equals(after.route()))
                ? Optional.of(Change.Kind.ACTIVATED)
                : Optional.empty();
    }

    /** Tells of one change; blocks for one call. */
    public PublishResult publish(Change change) {
        return log.publish(change);
    }

    /** What the proxies, and we, told since about then; blocks for a call for each minute. */
    public ChangesSince since(Instant from) {
        return log.since(from);
    }

    @Override
    public void close() {
        dynamo.close();
    }
}
