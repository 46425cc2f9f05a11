package dev.anyhost.proxy.preflight;

import dev.anyhost.domain.Hostname;

/** Looks, before an order is spent on a hostname, whether the order can succeed. */
@FunctionalInterface
public interface Preflight {

    /** Looks at nothing. */
    Preflight NONE = (_, _) -> new PreflightResult.Passed();

    /**
     * One look. Total; blocks for about two seconds at most: for virtual threads only.
     *
     * @param directory the authority's directory URL
     */
    PreflightResult check(Hostname hostname, String directory);
}
