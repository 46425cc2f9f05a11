package dev.anyhost.proxy.forward;

import java.util.function.Consumer;

/** Makes connections to origins. */
@FunctionalInterface
interface Connecting {

    /** A connection, or why there is none. */
    sealed interface Outcome {
        /** By HTTP/1.1: one request's at a time. */
        record Connected(OriginConnection connection) implements Outcome {}

        /** By HTTP/2: many requests' at once. */
        record Shared(Http2OriginConnection connection) implements Outcome {}

        record Failed(RequestError error) implements Outcome {}
    }

    /** For the pool's loop, where the outcome comes, once. */
    void connect(Origin origin, OriginProtocol.Offer offer, OriginPool pool, Consumer<Outcome> outcome);
}
