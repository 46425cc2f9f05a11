package dev.anyhost.testkit.replication;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A global table of its own for each test. */
abstract class ThreeRegions {

    private static final Map<Regions.Kind, Regions> STARTED = new HashMap<>();

    final Regions databases;
    final String name = "things-" + UUID.randomUUID();
    final GlobalTable table;
    final Things east;
    final Things west;
    final Things south;

    ThreeRegions(Regions.Kind kind) {
        databases = Objects.requireNonNull(STARTED.get(kind));
        table = new GlobalTable(name, "id", databases.byName());
        east = new Things(table.in("east"), name);
        west = new Things(table.in("west"), name);
        south = new Things(table.in("south"), name);
    }

    @BeforeParameterizedClassInvocation
    static void start(Regions.Kind kind) {
        STARTED.put(kind, Regions.start(kind));
    }

    @AfterParameterizedClassInvocation
    static void stop(Regions.Kind kind) {
        Objects.requireNonNull(STARTED.remove(kind)).end().run();
    }

    @BeforeEach
    void createTable() {
        databases.createTable(name);
    }

    final List<Things> regions() {
        return List.of(east, west, south);
    }

    final List<Map<String, AttributeValue>> everywhere(String id) {
        return regions().stream().map(region -> region.get(id)).toList();
    }

    /** Sees to it that every region has a thing with this value. */
    final void givenEverywhere(String id, String value) {
        east.put(id, value);
        table.deliverAll();
    }

    final void deliverInAnyOrder(Random random) {
        while (table.deliverOne(random)) {
            // As long as there is something.
        }
    }
}
