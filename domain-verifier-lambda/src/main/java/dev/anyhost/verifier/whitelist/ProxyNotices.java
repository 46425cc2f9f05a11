package dev.anyhost.verifier.whitelist;

import dev.anyhost.store.changes.Change;
import dev.anyhost.store.changes.ChangeLog;
import dev.anyhost.store.changes.ChangesSince;
import dev.anyhost.store.changes.PublishResult;
import java.time.Instant;
import java.time.InstantSource;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Tells the proxies of what changed in the whitelist, by the change log in their coordination table. */
public final class ProxyNotices implements AutoCloseable {

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

    /** Blocks for one call. */
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
