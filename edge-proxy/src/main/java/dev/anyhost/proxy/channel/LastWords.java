package dev.anyhost.proxy.channel;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Closes a connection once all that was written has gone out, and at the latest when nobody has taken it for a while. */
public final class LastWords {

    private LastWords() {}

    /** On the channel's event loop. */
    public static void of(Channel channel, Duration limit) {
        Future<?> end = channel.eventLoop()
                .schedule(
                        () -> {
                            channel.close();
                        },
                        limit.toNanos(),
                        TimeUnit.NANOSECONDS);
        channel.closeFuture().addListener(closed -> end.cancel(false));
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }
}
