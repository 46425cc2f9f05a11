package dev.anyhost.testkit.replication;

import static dev.anyhost.testkit.replication.Things.coloured;
import static dev.anyhost.testkit.replication.Things.deleting;
import static dev.anyhost.testkit.replication.Things.putting;
import static dev.anyhost.testkit.replication.Things.thing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.anyhost.testkit.CountingDynamoDb;
import dev.anyhost.testkit.DynamoOperation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/** The same for databases in memory and for DynamoDB Local. */
@ParameterizedClass
@EnumSource
@Timeout(120)
class GlobalTableTest extends ThreeRegions {

    private static final int ORDERS = 10;

    GlobalTableTest(Regions.Kind kind) {
        super(kind);
    }

    @Test
    void write_arrivesElsewhereOnlyWhenDelivered() {
        east.put("one", "1");
        assertThat(east.get("one")).isEqualTo(thing("one", "1"));
        assertThat(west.get("one")).isEmpty();
        assertThat(table.pending()).extracting(Delivery::to).containsExactly("south", "west");
        table.deliverAll();
        assertThat(everywhere("one")).containsOnly(thing("one", "1"));
    }

    @Test
    void update_arrivesAsAWholeItem() {
        east.put("one", "1");
        east.setColour("one", "red");
        table.pending().getLast().run();
        assertThat(west.get("one")).isEqualTo(coloured("one", "1", "red"));
    }

    @Test
    void deliveredWrite_isNotPassedOnAgain() {
        east.put("one", "1");
        table.deliverAll();
        assertThat(table.pending()).isEmpty();
        assertThat(table.deliverOne(new Random(1))).isFalse();
    }

    @Test
    void olderWrite_arrivingAfterTheNewer_hasNoEffect() {
        east.put("one", "old");
        east.put("one", "new");
        table.pending().reversed().forEach(Delivery::run);
        assertThat(everywhere("one")).containsOnly(thing("one", "new"));
    }

    @Test
    void deletion_arrivesAsOne() {
        givenEverywhere("one", "1");
        west.delete("one");
        table.deliverAll();
        assertThat(everywhere("one")).containsOnly(Map.of());
    }

    /** Runs the first in the east and the second in the west, neither knowing of the other. */
    private void race(String id, Consumer<Things> first, Consumer<Things> second, Random order) {
        first.accept(east);
        second.accept(west);
        deliverInAnyOrder(order);
        assertThat(table.pending()).as(id).isEmpty();
    }

    @Test
    void concurrentWrites_endAsTheLaterOne() {
        for (int seed = 0; seed < ORDERS; seed++) {
            String id = "thing-" + seed;
            race(id, first -> first.put(id, "earlier"), second -> second.put(id, "later"), new Random(seed));
            assertThat(everywhere(id)).containsOnly(thing(id, "later"));
        }
    }

    @Test
    void concurrentClaims_succeedBothAndTheLaterOneStays() {
        race("one", first -> first.claim("one", "east"), second -> second.claim("one", "west"), new Random(1));
        assertThat(everywhere("one")).containsOnly(thing("one", "west"));
    }

    @Test
    void writeAfterDeletionElsewhere_staysEverywhere() {
        for (int seed = 0; seed < ORDERS; seed++) {
            String id = "thing-" + seed;
            givenEverywhere(id, "1");
            race(id, first -> first.delete(id), second -> second.setColour(id, "red"), new Random(seed));
            assertThat(everywhere(id)).containsOnly(coloured(id, "1", "red"));
        }
    }

    @Test
    void deletionAfterWriteElsewhere_staysEverywhere() {
        for (int seed = 0; seed < ORDERS; seed++) {
            String id = "thing-" + seed;
            givenEverywhere(id, "1");
            race(id, first -> first.setColour(id, "red"), second -> second.delete(id), new Random(seed));
            assertThat(everywhere(id)).containsOnly(Map.of());
        }
    }

    @Test
    void anyWritesAndDeliveries_endAsTheLastWriteOfEachItem() {
        for (int seed = 0; seed < ORDERS; seed++) {
            Random random = new Random(seed);
            Map<String, Map<String, AttributeValue>> last = new HashMap<>();
            for (int step = 0; step < 20; step++) {
                Things here = regions().get(random.nextInt(3));
                String id = "thing-" + seed + "-" + random.nextInt(2);
                switch (random.nextInt(5)) {
                    case 0 -> here.put(id, "value " + step);
                    case 1 -> here.setColour(id, "colour " + step);
                    case 2 -> here.delete(id);
                    default -> {
                        var _ = table.deliverOne(random);
                        continue;
                    }
                }
                last.put(id, here.get(id));
            }
            deliverInAnyOrder(random);
            last.forEach((id, item) -> assertThat(everywhere(id)).as(id).containsOnly(item));
        }
    }

    @Test
    void failedCondition_passesNothingOn() {
        givenEverywhere("one", "1");
        assertThatThrownBy(() -> west.claim("one", "2")).isInstanceOf(ConditionalCheckFailedException.class);
        assertThatThrownBy(() -> west.dynamo()
                        .transactWriteItems(
                                request -> request.transactItems(west.claiming("one", "2"), west.claiming("two", "2"))))
                .isInstanceOf(TransactionCanceledException.class);
        assertThat(table.pending()).isEmpty();
    }

    @Test
    void transaction_passesOnWhatItWroteToTheTable() {
        String other = "other-" + UUID.randomUUID();
        databases.createTable(other);
        givenEverywhere("changed", "1");
        givenEverywhere("gone", "1");
        givenEverywhere("checked", "1");
        west.dynamo()
                .transactWriteItems(request -> request.transactItems(
                        west.claiming("new", "2"),
                        west.colouring("changed", "red"),
                        west.removing("gone"),
                        west.expecting("checked"),
                        new Things(west.dynamo(), other).claiming("elsewhere", "2")));
        assertThat(table.pending())
                .filteredOn(delivery -> delivery.to().equals("east"))
                .extracting(delivery -> delivery.key().s())
                .containsExactly("new", "changed", "gone");
        table.deliverAll();
        assertThat(west.all()).hasSize(3);
        assertThat(regions()).extracting(Things::all).containsOnly(west.all());
    }

    @Test
    void transactionSentTwice_isPassedOnOnce() {
        try (CountingDynamoDb lossy = new CountingDynamoDb(east.dynamo())) {
            lossy.repeatNext(DynamoOperation.TRANSACT_WRITE_ITEMS);
            lossy.transactWriteItems(request -> request.transactItems(east.claiming("one", "1")));
        }
        assertThat(table.pending()).extracting(Delivery::to).containsExactly("south", "west");
    }

    @Test
    void batch_passesOnAllItsWrites() {
        givenEverywhere("gone", "1");
        east.batch(putting("one", "1"), putting("two", "2"), deleting("gone"));
        deliverInAnyOrder(new Random(1));
        assertThat(east.all()).hasSize(2);
        assertThat(regions()).extracting(Things::all).containsOnly(east.all());
    }

    @Test
    void otherTables_stayInTheirRegion() {
        String other = "other-" + UUID.randomUUID();
        databases.createTable(other);
        Things local = new Things(table.in("east"), other);
        local.put("one", "1");
        local.setColour("one", "red");
        local.batch(putting("two", "2"));
        local.delete("two");
        assertThat(local.all()).hasSize(1);
        assertThat(table.pending()).isEmpty();
        assertThat(new Things(table.in("west"), other).all()).isEmpty();
    }

    @Test
    void cut_keepsWhatIsBetweenTwoRegionsUntilTheyAreJoined() {
        table.cut("east", "west");
        east.put("one", "east");
        west.put("two", "west");
        table.deliverAll();
        assertThat(table.deliverOne(new Random(1))).isFalse();
        assertThat(south.all()).hasSize(2);
        assertThat(east.all()).hasSize(1);
        assertThat(table.pending()).extracting(Delivery::to).containsExactly("west", "east");
        table.join("west", "east");
        table.deliverAll();
        assertThat(regions()).extracting(Things::all).containsOnly(south.all());
    }

    @Test
    void handedOutDelivery_thatRanDuringACut_isHandedOutAgainWhenJoined() {
        List<Delivery> handedOut = new ArrayList<>();
        table.onChange(handedOut::add);
        east.put("one", "1");
        assertThat(handedOut).isEqualTo(table.pending()).hasSize(2);
        Delivery toWest = handedOut.getLast();
        table.cut("east", "west");
        table.cut("east", "south");
        toWest.run();
        assertThat(west.get("one")).isEmpty();
        handedOut.clear();
        table.join("east", "south");
        assertThat(handedOut).as("nothing ran towards the south").isEmpty();
        table.join("east", "west");
        assertThat(handedOut).containsExactly(toWest);
        toWest.run();
        assertThat(west.get("one")).isEqualTo(thing("one", "1"));
        assertThat(table.pending()).doesNotContain(toWest).hasSize(1);
    }

    @Test
    void deliveryThatArrived_doesNothingWhenRunAgain() {
        east.put("one", "1");
        Delivery toWest = table.pending().getLast();
        toWest.run();
        databases
                .west()
                .deleteItem(behindItsBack -> behindItsBack.tableName(name).key(Things.key("one")));
        toWest.run();
        assertThat(west.get("one")).isEmpty();
    }

    @Test
    void writersOfAllRegionsAtOnce_endWithTheSameItems() {
        try (ExecutorService deliverers = Executors.newVirtualThreadPerTaskExecutor()) {
            table.onChange(deliverers::execute);
            try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
                regions().forEach(region -> writers.execute(() -> putTwenty(region)));
            }
        }
        assertThat(table.pending()).isEmpty();
        assertThat(east.all()).hasSize(3);
        assertThat(regions()).extracting(Things::all).containsOnly(east.all());
    }

    private static void putTwenty(Things region) {
        for (int i = 0; i < 20; i++) {
            region.put("thing-" + i % 3, region + " " + i);
        }
    }

    @Test
    void unknownRegion_isRefused() {
        assertThatThrownBy(() -> table.in("north"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("region: north (expected: one of [east, south, west])");
        assertThatThrownBy(() -> table.cut("east", "north")).isInstanceOf(IllegalArgumentException.class);
    }
}
