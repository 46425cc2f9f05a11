package dev.anyhost.benchmarks;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.renewal.Outcome;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.StoreSettings;
import dev.anyhost.store.StoredCertificate;
import dev.anyhost.store.TablesCheck;
import dev.anyhost.store.encryption.KeyEncryption;
import dev.anyhost.testkit.ConsumedCapacity;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.FakeClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * What a pass of the product's renewal costs the database, when ever more certificates are stored and as many as before are
 * due. Those that aren't due are copies of a real item under other names.
 */
final class DueIndex implements Benchmark {

    private static final String TABLE = "certificates";
    private static final List<Integer> STORED = List.of(1_000, 10_000, 100_000);
    private static final int DUE = 64;
    private static final int WRITTEN_TOGETHER = 25;
    private static final int WRITERS = 8;
    private static final int PARTS = 16;
    private static final Duration LATER = Duration.ofMinutes(1);
    private static final Duration A_THIRD_LEFT = Duration.ofDays(61);

    @Override
    public String name() {
        return "due-index";
    }

    @Override
    public String description() {
        return "database calls and capacity of a renewal pass with 64 due, of 1,000 to 100,000 certificates";
    }

    @Override
    public String run(Programs programs, Effort effort) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("due-index");
        Files.writeString(folder.resolve("key"), Base64.getEncoder().encodeToString(new byte[32]));
        var capacity = new ConsumedCapacity();
        var clock = FakeClock.at("2026-11-21T00:00:00Z");
        try (DynamoDbLocal database = DynamoDbLocal.start();
                DynamoDbClient counted = database.client(capacity);
                KeyEncryption keys = keys(folder);
                var tables = new CertificateTables(
                        settings(), new CertificateTables.Clients(counted, counted), keys, clock, clock::nanos)) {
            if (tables.check() instanceof TablesCheck.NotReady(String reason)) {
                throw new IllegalStateException(reason);
            }
            try (var passes = new RenewalPasses(tables, clock)) {
                return measured(new Place(counted, tables, passes, clock, capacity), effort);
            }
        } finally {
            Files.delete(folder.resolve("key"));
            Files.delete(folder);
        }
    }

    private record Place(
            DynamoDbClient dynamo,
            CertificateTables tables,
            RenewalPasses passes,
            FakeClock clock,
            ConsumedCapacity capacity) {}

    private static KeyEncryption keys(Path folder) {
        return switch (KeyEncryption.of(List.of("file:key"), folder)) {
            case KeyEncryption.Configured.Usable(KeyEncryption keys) -> keys;
            case KeyEncryption.Configured.Unusable(var mistakes) -> throw new IllegalStateException("" + mistakes);
        };
    }

    private static StoreSettings settings() {
        return new StoreSettings(
                new StoreSettings.Table("us-east-1", Optional.empty(), TABLE),
                new StoreSettings.Table("us-east-1", Optional.empty(), "coordination"),
                true);
    }

    private static String measured(Place place, Effort effort) throws InterruptedException {
        List<Hostname> due = IntStream.range(0, DUE)
                .mapToObj(number -> hostname("due-" + number))
                .toList();
        due.forEach(place.passes()::issue);
        var _ = place.passes().pass();
        Table table =
                new Table("stored", "pass", "calls", "queries", "query units", "read units", "write units", "scans");
        int stored = 0;
        for (int full : STORED) {
            int wanted = effort.of(full);
            fill(place, due.getFirst(), stored, wanted);
            stored = wanted;
            row(table, wanted, "nothing due", place, Map.of());
            makeDue(place, due);
            row(table, wanted, DUE + " due, none renewed", place, Map.of(Outcome.WAITING, DUE));
            place.clock().advance(A_THIRD_LEFT);
            row(table, wanted, DUE + " renewed", place, Map.of(Outcome.RENEWED, DUE, Outcome.WAITING, DUE));
        }
        return table.toString();
    }

    private static Hostname hostname(String label) {
        return Hostname.parse(label + ".customer.example").orElseThrow();
    }

    private static void makeDue(Place place, List<Hostname> due) {
        for (Hostname hostname : due) {
            if (place.tables().certificates().find(hostname) instanceof FindResult.Found(StoredCertificate found)) {
                var _ = place.tables()
                        .certificates()
                        .postpone(hostname, found.version(), place.clock().instant());
            }
        }
    }

    private static void row(Table table, int stored, String pass, Place place, Map<Outcome, Integer> expected) {
        place.clock().advance(LATER);
        ConsumedCapacity capacity = place.capacity();
        capacity.reset();
        Map<Outcome, Integer> outcomes = place.passes().pass();
        if (!outcomes.equals(expected)) {
            throw new IllegalStateException(pass + ": " + outcomes + " (expected: " + expected + ")");
        }
        table.row(
                Integer.toString(stored),
                pass,
                Integer.toString(capacity.calls()),
                Integer.toString(capacity.calls("Query")),
                Table.number(capacity.units("Query")),
                Table.number(capacity.reads()),
                Table.number(capacity.writes()),
                Integer.toString(capacity.calls("Scan")));
    }

    private static void fill(Place place, Hostname like, int from, int to) throws InterruptedException {
        Map<String, AttributeValue> real = place.dynamo()
                .getItem(
                        request -> request.tableName(TABLE).key(Map.of("hostname", AttributeValue.fromS(like.value()))))
                .item();
        var room = new Semaphore(WRITERS);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int first = from; first < to; first += WRITTEN_TOGETHER) {
                List<WriteRequest> some = IntStream.range(first, Math.min(to, first + WRITTEN_TOGETHER))
                        .mapToObj(number -> copy(real, place.clock().instant(), number))
                        .map(item -> WriteRequest.builder()
                                .putRequest(put -> put.item(item))
                                .build())
                        .toList();
                room.acquire();
                threads.execute(() -> {
                    if (!place.dynamo()
                            .batchWriteItem(request -> request.requestItems(Map.of(TABLE, some)))
                            .unprocessedItems()
                            .isEmpty()) {
                        throw new IllegalStateException("not all were written");
                    }
                    room.release();
                });
            }
        }
    }

    /** Due in a year or so, so that the clock may move. */
    private static Map<String, AttributeValue> copy(Map<String, AttributeValue> real, Instant now, int number) {
        Map<String, AttributeValue> item = new HashMap<>(real);
        Instant due = now.plus(Duration.ofDays(365)).plusSeconds(30L * number);
        item.put("hostname", AttributeValue.fromS(hostname("shop-" + number).value()));
        item.put("shard", AttributeValue.fromS("%02d".formatted(number % PARTS)));
        item.put("due_at", AttributeValue.fromN(Long.toString(due.getEpochSecond())));
        return item;
    }
}
