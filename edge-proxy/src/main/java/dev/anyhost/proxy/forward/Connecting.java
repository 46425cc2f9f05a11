package dev.anyhost.proxy.forward;

import io.netty.channel.EventLoop;
import java.util.function.Consumer;

/** Makes connections to origins. */
@FunctionalInterface
interface Connecting {

    /** A connection, or why there is none. */
    sealed interface Outcome {
        record Connected(OriginConnection connection) implements Outcome {}

        record Failed(RequestError error) implements Outcome {}
    }

    /** The outcome comes once, on the loop. */
    void connect(EventLoop loop, Origin origin, OriginPool pool, Consumer<Outcome> outcome);
}
