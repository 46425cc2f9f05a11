package dev.anyhost.proxy.renewal;

import dev.anyhost.store.PartLeases.PartState;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;

/**
 * How many certificates should have been renewed and are near their end, in those parts that this instance was the last to
 * go through. Each part counts at one instance, but for the seconds in which it moves, so that the sum over all instances is
 * the number of such certificates. Any thread may call any method.
 */
public final class OverdueCertificates {

    private final Map<String, Count> byPart = new ConcurrentHashMap<>();

    /**
     * Those of one part.
     *
     * @param late all that have a sixth of their life left or less, or a quarter of a life under ten days
     * @param almostExpired those of them that have a twelfth left or less, or a tenth
     */
    record Count(long late, long almostExpired) {}

    void report(String part, Count count) {
        byPart.put(part, count);
    }

    /** Forgets the parts that another instance has taken since. */
    void keepOwn(List<PartState> states, String owner) {
        states.stream()
                .filter(state -> !state.owner().equals(owner))
                .map(PartState::part)
                .forEach(byPart::remove);
    }

    /** Forgets all: this instance looks after nothing for now. */
    void keepNone() {
        byPart.clear();
    }

    public long late() {
        return sum(Count::late);
    }

    public long almostExpired() {
        return sum(Count::almostExpired);
    }

    private long sum(ToLongFunction<Count> count) {
        return byPart.values().stream().mapToLong(count).sum();
    }
}
