package dev.anyhost.verifier.whitelist;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.Entry;
import dev.anyhost.verifier.onboarding.Removed;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** One row: its attribute names, and an entry to a row and back. */
final class DomainItem {

    static final String HOSTNAME = "hostname";
    static final String SHARD = "shard";
    static final String TENANT = RegistrationItem.TENANT;

    /** Only on rows that are to be checked, so that the index over it has no others. */
    static final String CHECK_SHARD = "check_shard";

    /** Only on rows with events to deliver. */
    static final String OUTBOX_SHARD = "outbox_shard";

    static final String NEXT_CHECK = StandingItem.NEXT_CHECK;
    static final String OUTBOX_DUE = OutboxItem.DUE;

    /** When DynamoDB may delete what is left of a domain. */
    static final String EXPIRES = "expires";

    /** How many parts the indexes over all hostnames have; fixed, since every row carries its part. */
    static final int SHARDS = 16;

    private static final String VERSION = "version";
    private static final String ATTEMPT = "attempt";
    private static final String FORMER_TENANT = "former_tenant";
    private static final String REMOVED_AT = "removed_at";
    private static final String UNPROVEN = "unproven";
    private static final String WAS_BLOCKED = "was_blocked";

    /** Holds for the same version of the same registration; {@link #asItWas} has its value. */
    static final String UNCHANGED = "version = :version";

    private DomainItem() {}

    /** What came out of reading a row. */
    sealed interface Read {
        record Row(Entry entry) implements Read {}

        record Damaged(String reason) implements Read {}
    }

    static Map<String, AttributeValue> key(Hostname hostname) {
        return Map.of(HOSTNAME, Row.text(hostname.value()));
    }

    /** {@link String#hashCode} is specified, so that every writer and reader agrees. */
    static int shardOf(Hostname hostname) {
        return Math.floorMod(hostname.value().hashCode(), SHARDS);
    }

    /**
     * An entry as a row.
     *
     * @param attempt names the write, so that its own success is recognised after a lost answer
     */
    static Map<String, AttributeValue> write(Entry entry, String attempt) {
        Map<String, AttributeValue> item = new HashMap<>(key(entry.hostname()));
        AttributeValue shard = Row.number(shardOf(entry.hostname()));
        item.put(VERSION, Row.number(entry.version()));
        item.put(ATTEMPT, Row.text(attempt));
        OutboxItem.write(entry.outbox(), item);
        entry.outbox().due().ifPresent(due -> item.put(OUTBOX_SHARD, shard));
        switch (entry) {
            case Domain domain -> {
                item.put(SHARD, shard);
                RegistrationItem.write(domain.registration(), item);
                StandingItem.write(domain.standing(), item);
                domain.standing().checks().next().ifPresent(next -> item.put(CHECK_SHARD, shard));
            }
            case Removed removed -> {
                item.put(FORMER_TENANT, Row.text(removed.tenant()));
                item.put(UNPROVEN, AttributeValue.fromBool(removed.former().unproven()));
                item.put(WAS_BLOCKED, AttributeValue.fromBool(removed.former().blocked()));
                item.put(REMOVED_AT, Row.seconds(removed.removedAt()));
                item.put(EXPIRES, Row.seconds(removed.removedAt().plus(Removed.QUARANTINE)));
            }
        }
        return item;
    }

    static Map<String, AttributeValue> asItWas(Entry entry) {
        return Map.of(":version", Row.number(entry.version()));
    }

    static boolean isFromAttempt(Map<String, AttributeValue> item, String attempt) {
        return Optional.ofNullable(item.get(ATTEMPT))
                .map(AttributeValue::s)
                .filter(attempt::equals)
                .isPresent();
    }

    /** The hostname as stored, for a row that can't be read. */
    static String storedHostname(Map<String, AttributeValue> item) {
        return Optional.ofNullable(item.get(HOSTNAME)).map(AttributeValue::s).orElse("?");
    }

    /** Reads a row that anyone may have written; one attribute amiss, and the row means nothing. */
    static Read read(Map<String, AttributeValue> item) {
        Optional<Hostname> hostname = Hostname.parse(storedHostname(item));
        if (hostname.isEmpty()) {
            return new Read.Damaged(HOSTNAME);
        }
        var row = new Row(item);
        Entry entry = row.has(REMOVED_AT) ? removed(hostname.get(), row) : domain(hostname.get(), row);
        return row.damaged().<Read>map(Read.Damaged::new).orElseGet(() -> new Read.Row(entry));
    }

    private static Domain domain(Hostname hostname, Row row) {
        return new Domain(
                hostname,
                RegistrationItem.read(row),
                StandingItem.read(row),
                OutboxItem.read(row),
                row.number(VERSION));
    }

    private static Removed removed(Hostname hostname, Row row) {
        var former = new Removed.Former(
                row.text(FORMER_TENANT, "", tenant -> Optional.of(tenant).filter(Route::isTenant)),
                row.optionalFlag(UNPROVEN).orElse(true),
                row.optionalFlag(WAS_BLOCKED).orElse(false),
                row.seconds(REMOVED_AT));
        return new Removed(hostname, former, OutboxItem.read(row), row.number(VERSION));
    }
}
