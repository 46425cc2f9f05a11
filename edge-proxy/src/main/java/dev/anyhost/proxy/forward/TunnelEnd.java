package dev.anyhost.proxy.forward;

import io.netty.buffer.ByteBuf;

/**
 * One end of a {@link Tunnel}: a connection of its own, or a stream among others. What it hears, it tells its
 * {@link Tunnel.Side}. On the tunnel's event loop.
 */
interface TunnelEnd {

    /** Takes the place of HTTP. */
    void open();

    /** Whether it takes more; when it does again, it says so. */
    boolean isWritable();

    /** The end's to release. */
    void write(ByteBuf data);

    /** What was written goes out. */
    void flush();

    /** The other end has said all. This one hears so and may go on, or ends where it can't. */
    void finish();

    /** The other end takes more again. */
    void resume();

    /** The other end is gone: this one ends, too, after all that was written. */
    void close();

    /** The other end has broken off. */
    void abort();
}
