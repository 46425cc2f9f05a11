package dev.anyhost.testkit.memory;

import java.util.List;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Where an item stands in a table or an index: by partition key, sort key and, in an index, the table's own keys. A key
 * with fewer parts stands for the beginning or the end of all that start so.
 */
record Key(List<AttributeValue> parts, Edge edge) implements Comparable<Key> {

    enum Edge {
        BEGINNING,
        END
    }

    Key(List<AttributeValue> parts) {
        this(parts, Edge.BEGINNING);
    }

    @Override
    public int compareTo(Key other) {
        int shared = Math.min(parts.size(), other.parts.size());
        for (int i = 0; i < shared; i++) {
            int compared = Values.compare(parts.get(i), other.parts.get(i));
            if (compared != 0) {
                return compared;
            }
        }
        if (parts.size() == other.parts.size()) {
            return edge.compareTo(other.edge);
        }
        boolean shorter = parts.size() < other.parts.size();
        return (shorter ? edge : other.edge) == Edge.BEGINNING == shorter ? -1 : 1;
    }

    /** This key with the table's own behind it. */
    Key then(Key own) {
        return new Key(Stream.concat(parts.stream(), own.parts.stream()).toList());
    }
}
