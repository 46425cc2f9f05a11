package dev.anyhost.verifier.api;

import dev.anyhost.verifier.whitelist.Tenants;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The labels of tenants' CNAME targets. They never change, and asking for one costs a write: so they are remembered. */
final class TenantLabels {

    private static final int REMEMBERED = 10_000;

    private final Tenants tenants;
    private final Map<String, String> labels = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > REMEMBERED;
        }
    };

    TenantLabels(Tenants tenants) {
        this.tenants = tenants;
    }

    /** Empty when the table couldn't be asked. */
    Optional<String> of(String tenant) {
        Optional<String> remembered = remembered(tenant);
        return remembered.isPresent() ? remembered : asked(tenant);
    }

    private Optional<String> asked(String tenant) {
        return switch (tenants.find(tenant)) {
            case Tenants.Result.Tenant(String label, long _) -> {
                synchronized (labels) {
                    labels.put(tenant, label);
                }
                yield Optional.of(label);
            }
            case Tenants.Result.Full _, Tenants.Result.Unreachable _ -> Optional.empty();
        };
    }

    private Optional<String> remembered(String tenant) {
        synchronized (labels) {
            return Optional.ofNullable(labels.get(tenant));
        }
    }
}
