package dev.anyhost.proxy.forward;

import dev.anyhost.domain.Hostname;

/** Knows where each hostname's requests go. Asked on event loops at every request: from memory, at once. */
@FunctionalInterface
public interface OriginRoutes {

    OriginRoute of(Hostname hostname);
}
