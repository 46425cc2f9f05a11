package dev.anyhost.verifier.whitelist;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import java.net.URI;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** One row: its attribute names, and a domain to a row and back. */
final class DomainItem {

    static final String HOSTNAME = "hostname";
    static final String SHARD = "shard";
    static final String TENANT = "tenant";

    /** How many parts the index over all hostnames has; fixed, since every row carries its part. */
    static final int SHARDS = 16;

    private static final String ORIGIN = "origin";
    private static final String STATUS = "status";
    private static final String VERSION = "version";
    private static final String CREATED_AT = "created_at";
    private static final String ATTEMPT = "attempt";

    /** Holds for the same registration in the same version; {@link #asItWas} has its values. */
    static final String UNCHANGED = "version = :version AND created_at = :created_at AND tenant = :tenant";

    private DomainItem() {}

    /** What came out of reading a row. */
    sealed interface Read {
        record Row(Domain domain) implements Read {}

        record Damaged(String reason) implements Read {}
    }

    static Map<String, AttributeValue> key(Hostname hostname) {
        return Map.of(HOSTNAME, text(hostname.value()));
    }

    /** {@link String#hashCode} is specified, so that every writer and reader agrees. */
    static int shardOf(Hostname hostname) {
        return Math.floorMod(hostname.value().hashCode(), SHARDS);
    }

    static AttributeValue text(String value) {
        return AttributeValue.fromS(value);
    }

    static AttributeValue number(long value) {
        return AttributeValue.fromN(Long.toString(value));
    }

    /**
     * A domain as a row.
     *
     * @param attempt names the write, so that its own success is recognised after a lost answer
     */
    static Map<String, AttributeValue> write(Domain domain, String attempt) {
        var item = new HashMap<>(key(domain.hostname()));
        item.put(SHARD, number(shardOf(domain.hostname())));
        item.put(TENANT, text(domain.tenant()));
        domain.origin().ifPresent(origin -> item.put(ORIGIN, text(origin.toString())));
        item.put(STATUS, text(domain.status().text()));
        item.put(CREATED_AT, number(domain.createdAt().toEpochMilli()));
        item.put(VERSION, number(domain.version()));
        item.put(ATTEMPT, text(attempt));
        return item;
    }

    static Map<String, AttributeValue> asItWas(Domain domain) {
        return Map.of(
                ":version", number(domain.version()),
                ":created_at", number(domain.createdAt().toEpochMilli()),
                ":tenant", text(domain.tenant()));
    }

    static boolean isFromAttempt(Map<String, AttributeValue> item, String attempt) {
        return string(item, ATTEMPT).filter(attempt::equals).isPresent();
    }

    /** The hostname as stored, for a row that can't be read. */
    static String storedHostname(Map<String, AttributeValue> item) {
        return string(item, HOSTNAME).orElse("?");
    }

    /** Reads a row that anyone may have written; one attribute amiss, and the row means nothing. */
    static Read read(Map<String, AttributeValue> item) {
        Optional<Hostname> hostname = string(item, HOSTNAME).flatMap(Hostname::parse);
        Optional<String> tenant = string(item, TENANT).filter(Route::isTenant);
        Optional<DomainStatus> status = string(item, STATUS).flatMap(DomainStatus::of);
        Optional<Long> createdAt = integer(item, CREATED_AT);
        Optional<Long> version = integer(item, VERSION);
        Optional<URI> origin = string(item, ORIGIN).flatMap(Route::parseOrigin);
        if (hostname.isEmpty()) {
            return new Read.Damaged(HOSTNAME);
        }
        if (tenant.isEmpty()) {
            return new Read.Damaged(TENANT);
        }
        if (status.isEmpty()) {
            return new Read.Damaged(STATUS);
        }
        if (createdAt.isEmpty() || version.isEmpty()) {
            return new Read.Damaged(createdAt.isEmpty() ? CREATED_AT : VERSION);
        }
        if (item.containsKey(ORIGIN) && origin.isEmpty()) {
            return new Read.Damaged(ORIGIN);
        }
        var created = Instant.ofEpochMilli(createdAt.get());
        return new Read.Row(new Domain(hostname.get(), tenant.get(), origin, status.get(), created, version.get()));
    }

    private static Optional<String> string(Map<String, AttributeValue> item, String name) {
        return Optional.ofNullable(item.get(name)).map(AttributeValue::s);
    }

    private static Optional<Long> integer(Map<String, AttributeValue> item, String name) {
        return Optional.ofNullable(item.get(name))
                .map(AttributeValue::n)
                .filter(n -> n.matches("-?[0-9]{1,18}"))
                .map(Long::valueOf);
    }
}
