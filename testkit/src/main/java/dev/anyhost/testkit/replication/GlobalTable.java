package dev.anyhost.testkit.replication;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A table with a replica in each of several regions, as DynamoDB's global tables are unless they are strongly consistent:
 * every region takes writes at once and passes the items on afterwards, each as a whole. Of two writes of an item the
 * later one stays, a deletion included, in whatever order they arrive. A condition sees only its own region, and a
 * transaction arrives elsewhere item by item.
 *
 * <p>Here nothing is passed on by itself: a test delivers what is {@link #pending}, or is {@linkplain #onChange handed}
 * each delivery and runs it when it likes. What was written later is known exactly, as if no region's clock were wrong.
 * For any number of threads.
 */
public final class GlobalTable {

    private final Object lock = new Object();
    private final Map<String, Replica> replicas = new TreeMap<>();
    private final Map<String, DynamoDbClient> clients = new TreeMap<>();
    private final Set<Delivery> pending = new LinkedHashSet<>();

    /** Those that were run while their regions were cut off from each other. */
    private final Set<Delivery> stopped = new HashSet<>();

    private final Set<Set<String>> cuts = new HashSet<>();
    private long stamp;
    private volatile Consumer<Delivery> onChange = delivery -> {};

    /**
     * Items that are there already are older than every write.
     *
     * @param table exists in each region, with a hash key only
     * @param keyAttribute the key's name; its values are texts or bytes, since one number can be written in many ways
     * @param replicas by region, each with a database of its own; the caller closes them
     */
    public GlobalTable(String table, String keyAttribute, Map<String, DynamoDbClient> replicas) {
        WrittenKeys keys = new WrittenKeys(table, keyAttribute);
        replicas.forEach((region, dynamo) -> {
            this.replicas.put(region, new Replica(dynamo, table, keyAttribute));
            this.clients.put(region, new RegionalClient(dynamo, this, region, keys));
        });
    }

    /**
     * The region's database, for all that writes to the table there. What loses answers belongs around this client: a
     * write that fails below it isn't passed on. Other tables, and the making of this one, are the region's own. Closing
     * it does nothing.
     */
    public DynamoDbClient in(String region) {
        return known(clients, region);
    }

    /**
     * From now on {@code receiver} gets each delivery once when it is written, in the writer's thread, and again when
     * it was run while its regions were cut off from each other and they are joined.
     */
    public void onChange(Consumer<Delivery> receiver) {
        onChange = receiver;
    }

    /** What has not arrived yet, in the order of writing, also between regions that are cut off from each other. */
    public List<Delivery> pending() {
        synchronized (lock) {
            return List.copyOf(pending);
        }
    }

    /** Delivers all that can arrive, in the order of writing. */
    public void deliverAll() {
        synchronized (lock) {
            deliverable().forEach(this::deliver);
        }
    }

    /** Delivers any one that can arrive; false when there is none. */
    public boolean deliverOne(RandomGenerator random) {
        synchronized (lock) {
            List<Delivery> deliverable = deliverable();
            if (deliverable.isEmpty()) {
                return false;
            }
            deliver(deliverable.get(random.nextInt(deliverable.size())));
            return true;
        }
    }

    /** From now on nothing arrives from either region in the other; both still take writes. */
    public void cut(String one, String other) {
        Set<String> regions = pair(one, other);
        synchronized (lock) {
            cuts.add(regions);
        }
    }

    /** Ends a cut, if there is one. */
    public void join(String one, String other) {
        Set<String> regions = pair(one, other);
        List<Delivery> again;
        synchronized (lock) {
            cuts.remove(regions);
            again = deliverable().stream().filter(stopped::remove).toList();
        }
        again.forEach(onChange);
    }

    /**
     * Makes a call in a region that writes to the table, with no other write before what it wrote is known.
     *
     * @param written the keys of the items that it wrote, by its answer
     */
    <T> T write(String region, Supplier<T> call, Function<T, Set<AttributeValue>> written) {
        List<Delivery> queued = new ArrayList<>();
        T answer;
        synchronized (lock) {
            answer = call.get();
            for (AttributeValue key : written.apply(answer)) {
                queued.addAll(toOthers(changed(region, key)));
            }
            pending.addAll(queued);
        }
        queued.forEach(onChange);
        return answer;
    }

    private Change changed(String region, AttributeValue key) {
        Replica replica = known(replicas, region);
        Change change = new Change(region, key, replica.read(key), ++stamp);
        replica.wrote(change);
        return change;
    }

    private List<Delivery> toOthers(Change change) {
        return replicas.keySet().stream()
                .filter(region -> !region.equals(change.from()))
                .map(region -> new Delivery(this, change, region))
                .toList();
    }

    void deliver(Delivery delivery) {
        synchronized (lock) {
            if (!pending.contains(delivery)) {
                return;
            }
            if (isCut(delivery)) {
                stopped.add(delivery);
                return;
            }
            known(replicas, delivery.to()).apply(delivery.change());
            pending.remove(delivery);
            stopped.remove(delivery);
        }
    }

    private List<Delivery> deliverable() {
        return pending.stream().filter(delivery -> !isCut(delivery)).toList();
    }

    private boolean isCut(Delivery delivery) {
        return cuts.contains(Set.of(delivery.from(), delivery.to()));
    }

    private Set<String> pair(String one, String other) {
        for (String region : List.of(one, other)) {
            var _ = known(replicas, region);
        }
        return Set.of(one, other);
    }

    private static <T> T known(Map<String, T> byRegion, String region) {
        T found = byRegion.get(region);
        if (found == null) {
            throw new IllegalArgumentException("region: " + region + " (expected: one of " + byRegion.keySet() + ")");
        }
        return found;
    }
}
