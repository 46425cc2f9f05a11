package dev.anyhost.verifier.whitelist;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The labels of tenants' CNAME targets, remembered: they never change, and asking for one costs a call. For any number of
 * threads.
 */
public final class TenantLabels {

    /** About 20 MB; more tenants are asked for again. */
    private static final int MOST = 100_000;

    private final Tenants tenants;
    private final ConcurrentMap<String, String> known = new ConcurrentHashMap<>();

    public TenantLabels(Tenants tenants) {
        this.tenants = tenants;
    }

    /** Empty when the table couldn't be asked. */
    public Optional<String> of(String tenant) {
        String label = known.get(tenant);
        return label == null ? asked(tenant) : Optional.of(label);
    }

    private Optional<String> asked(String tenant) {
        return switch (tenants.find(tenant)) {
            case Tenants.Result.Tenant(String label, long _) -> {
                if (known.size() < MOST) {
                    known.put(tenant, label);
                }
                yield Optional.of(label);
            }
            case Tenants.Result.Full _, Tenants.Result.Unreachable _ -> Optional.empty();
        };
    }
}
