package dev.anyhost.proxy.preflight;

import dev.anyhost.domain.Hostname;
import java.util.List;
import java.util.Set;

/** Looks, before an order is spent on a hostname, whether the order can succeed. */
@FunctionalInterface
public interface Preflight {

    /** Looks at nothing. */
    Preflight NONE = (_, _) -> new PreflightResult.Passed(Set.of());

    /**
     * One look. Total; blocks for about two seconds at most: for virtual threads only.
     *
     * @param directories the directory URLs of the authorities that may be asked; not empty
     */
    PreflightResult check(Hostname hostname, List<String> directories);
}
