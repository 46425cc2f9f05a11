package dev.anyhost.store.changes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.testkit.CoordinationTable;
import dev.anyhost.testkit.CountingDynamoDb;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.FakeClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Against a real table. */
class ChangeLogTest {

    private static final Instant START = Instant.parse("2026-11-21T10:00:30Z");

    private static DynamoDbLocal database;
    private static DynamoDbClient client;

    private final FakeClock clock = FakeClock.at(START);
    private final String table = "coordination-" + UUID.randomUUID();
    private ChangeLog log;

    @BeforeAll
    static void start() {
        database = DynamoDbLocal.start();
        client = database.client();
    }

    @AfterAll
    static void stop() {
        client.close();
        database.close();
    }

    @BeforeEach
    void createTable() {
        log = new ChangeLog(client, table, clock);
        CoordinationTable.create(client, table);
    }

    private static Change change(Change.Kind kind, String host) {
        return new Change(kind, Hostname.parse(host).orElseThrow());
    }

    private List<Change> since(Instant from) {
        return ((ChangesSince.Read) log.since(from))
                .entries().stream().map(ChangesSince.Entry::change).toList();
    }

    @Test
    void changes_areReadByEveryoneWithinTheLookBack() {
        Change activated = change(Change.Kind.ACTIVATED, "shop.example.com");
        Change removed = change(Change.Kind.REMOVED, "gone.example.com");
        assertThat(log.publish(activated)).isEqualTo(new PublishResult.Published());
        clock.advance(Duration.ofMinutes(3));
        log.publish(removed);

        assertThat(since(clock.instant().minus(ChangeLog.LOOK_BACK))).containsExactlyInAnyOrder(activated, removed);
        assertThat(since(clock.instant())).containsExactly(removed);
        clock.advance(Duration.ofMinutes(11));
        assertThat(since(clock.instant().minus(ChangeLog.LOOK_BACK))).isEmpty();
    }

    @Test
    void sameChangeTwice_isTwoEntries() {
        Change activated = change(Change.Kind.ACTIVATED, "shop.example.com");
        log.publish(activated);
        log.publish(activated);

        var entries = ((ChangesSince.Read) log.since(START)).entries();
        assertThat(entries).hasSize(2).extracting(ChangesSince.Entry::id).doesNotHaveDuplicates();
        assertThat(entries).extracting(ChangesSince.Entry::at).containsOnly(START);
    }

    @Test
    void writerWhoseClockIsAMinuteAhead_isHeard() {
        Change forgiven = change(Change.Kind.FORGIVEN, "shop.example.com");
        new ChangeLog(client, table, () -> START.plusSeconds(60)).publish(forgiven);

        assertThat(since(START)).containsExactly(forgiven);
    }

    @Test
    void manyChangesInOneMinute_areAllRead() {
        IntStream.range(0, 300)
                .forEach(i -> log.publish(change(
                        Change.Kind.RENEWED, "a" + i + "." + "long-label-that-fills-pages.".repeat(5) + "example")));

        assertThat(since(START)).hasSize(300).doesNotHaveDuplicates();
    }

    @Test
    void severalChanges_areToldInOneCall() {
        try (var counting = new CountingDynamoDb(database.client())) {
            List<Change> changes = IntStream.range(0, ChangeLog.MOST_AT_ONCE)
                    .mapToObj(i -> change(
                            i % 2 == 0 ? Change.Kind.ISSUED : Change.Kind.ISSUANCE_FAILED, "a" + i + ".example.com"))
                    .toList();
            var counted = new ChangeLog(counting, table, clock);

            assertThat(counted.publish(changes)).isEqualTo(new PublishResult.Published());
            assertThat(counting.calls()).isEqualTo(1);
            assertThat(since(START)).containsExactlyInAnyOrderElementsOf(changes);
            counting.becomeUnreachable();
            assertThat(counted.publish(changes)).isInstanceOf(PublishResult.Unreachable.class);
        }
    }

    @Test
    void rowsOfLaterReleases_arePassedOver() {
        client.putItem(request -> request.tableName(table)
                .item(Map.of(
                        "subject", AttributeValue.fromS("changes#" + START.getEpochSecond() / 60),
                        "kind", AttributeValue.fromS("x"),
                        "changed", AttributeValue.fromS("exploded"),
                        "changed_hostname", AttributeValue.fromS("shop.example.com"))));
        log.publish(change(Change.Kind.REFUSED, "shop.example.com"));

        assertThat(since(START)).containsExactly(change(Change.Kind.REFUSED, "shop.example.com"));
    }

    @Test
    void rows_expire() {
        log.publish(change(Change.Kind.REFUSED, "shop.example.com"));

        assertThat(client.scan(request -> request.tableName(table)).items())
                .singleElement()
                .extracting(row -> row.get("expires"))
                .isEqualTo(AttributeValue.fromN(
                        Long.toString(START.plus(Duration.ofDays(2)).getEpochSecond())));
    }

    @Test
    void tableAway_isSaid() {
        try (var counting = new CountingDynamoDb(database.client())) {
            counting.becomeUnreachable();
            var away = new ChangeLog(counting, table, clock);
            assertThat(away.publish(change(Change.Kind.REFUSED, "shop.example.com")))
                    .isInstanceOf(PublishResult.Unreachable.class);
            assertThat(away.since(START)).isInstanceOf(ChangesSince.Unreachable.class);
        }
    }
}
