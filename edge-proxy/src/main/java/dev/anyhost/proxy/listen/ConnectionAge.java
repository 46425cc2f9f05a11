package dev.anyhost.proxy.listen;

import dev.anyhost.proxy.forward.ConnectionEvent;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/**
 * Tells each connection to go when it has got old, so that clients come to instances that are new. At a random time in the
 * second half of the age: those that came together, because an instance left, don't leave together.
 *
 * @param most an age that no connection passes without having been told
 * @param random from 0 to below 1
 */
public record ConnectionAge(Duration most, DoubleSupplier random) {

    /** From now on, when the connection has just been made. */
    void limit(Channel channel) {
        long nanos = (long) (most.toNanos() * (1 + random.getAsDouble()) / 2);
        Future<?> end = channel.eventLoop()
                .schedule(
                        () -> {
                            channel.pipeline().fireUserEventTriggered(ConnectionEvent.DRAIN);
                        },
                        nanos,
                        TimeUnit.NANOSECONDS);
        channel.closeFuture().addListener(closed -> end.cancel(false));
    }
}
