package dev.anyhost.proxy.ops;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Whether this process can take traffic, with the reasons when it can't. Reasons are raised while starting and draining
 * only: a later failure of the store, the verifier or the CA must not make a load balancer drain every region at once.
 * Any thread may call any method.
 */
public final class Health {

    private final Map<String, String> reasons = new ConcurrentSkipListMap<>();

    /** Not ready because of {@code reason}, until {@link #clear} is called for the same part. */
    public void raise(String part, String reason) {
        reasons.put(part, reason);
    }

    /** The part no longer stands in the way. */
    public void clear(String part) {
        reasons.remove(part);
    }

    public boolean ready() {
        return reasons.isEmpty();
    }

    /** What stands in the way, as {@code part: reason}; empty when ready. */
    public List<String> reasons() {
        return reasons.entrySet().stream()
                .map(entry -> entry.getKey() + ": " + entry.getValue())
                .toList();
    }
}
