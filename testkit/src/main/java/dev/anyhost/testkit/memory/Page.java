package dev.anyhost.testkit.memory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * One answer's worth of a query or a scan.
 *
 * @param looked how many lines it went through, those that the filter held back included
 * @param last where to go on; an empty map at the end
 */
record Page(List<Map<String, AttributeValue>> items, int looked, Map<String, AttributeValue> last) {

    private static final long MOST_BYTES = 1024 * 1024;

    /** What is left of a line, and whether it is shown. */
    interface Filter {
        boolean shows(Map<String, AttributeValue> line);
    }

    static Page of(
            MemoryTable.View view,
            Iterable<Map<String, AttributeValue>> lines,
            Filter filter,
            UnaryOperator<Map<String, AttributeValue>> projection,
            @Nullable Integer limit) {
        List<Map<String, AttributeValue>> items = new ArrayList<>();
        long bytes = 0;
        int looked = 0;
        for (Map<String, AttributeValue> item : lines) {
            Map<String, AttributeValue> line = view.shown(item);
            looked++;
            bytes += Values.bytes(line);
            if (filter.shows(line)) {
                items.add(projection.apply(line));
            }
            if (bytes >= MOST_BYTES || (limit != null && looked == limit)) {
                return new Page(items, looked, view.position(item));
            }
        }
        return new Page(items, looked, Map.of());
    }

    /** A projection expression's effect; top-level attributes only. */
    static UnaryOperator<Map<String, AttributeValue>> projection(
            Optional<List<Path>> wanted, Map<String, String> names) {
        if (wanted.isEmpty()) {
            return line -> line;
        }
        List<String> attributes = wanted.get().stream()
                .map(path -> path.resolved(names)
                        .whole()
                        .orElseThrow(() -> new UnsupportedOperationException("a nested path in a projection")))
                .toList();
        return line -> {
            Map<String, AttributeValue> result = new HashMap<>(line);
            result.keySet().retainAll(attributes);
            return result;
        };
    }
}
