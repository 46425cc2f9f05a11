package dev.anyhost.proxy.forward;

import dev.anyhost.domain.Hostname;

/** Where a hostname's requests go; asked for every request, on its event loop, so it never blocks. */
@FunctionalInterface
public interface OriginRoutes {

    OriginRoute of(Hostname hostname);

    /** The answer. */
    sealed interface OriginRoute {

        record To(Origin origin) implements OriginRoute {}

        /** The hostname was refused since the connection was made: 421 and close. */
        record NotServed() implements OriginRoute {}

        /** Nobody can say where to: 503. */
        record Unavailable() implements OriginRoute {}
    }
}
