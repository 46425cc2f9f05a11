package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.channel.FlushOfWritten;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one HTTP/2 connection, each with who uses it: they hear of room, and of their end. What is written in one
 * pass of the loop goes out in one write, whoever has written it.
 */
final class Http2Streams<U extends Http2Streams.User> {

    /** Who uses a stream. */
    interface User {

        /** The peer's window, or the connection's room, has grown. */
        void writable();

        /** Nothing more comes for now; only to those who were touched. */
        void paused();

        /** The stream is over, for whatever reason. */
        void closed();
    }

    private final Http2ConnectionHandler handler;
    private final Http2Connection connection;
    private final Http2Connection.PropertyKey key;
    private final List<U> touched = new ArrayList<>();
    private @Nullable ChannelHandlerContext ctx;
    private boolean inReadPass;
    private boolean flushScheduled;

    /** @param closed runs after each stream's end */
    Http2Streams(Http2ConnectionHandler handler, Runnable closed) {
        this.handler = handler;
        this.connection = handler.connection();
        this.key = connection.newKey();
        connection.addListener(new Http2ConnectionAdapter() {
            @Override
            public void onStreamClosed(Http2Stream stream) {
                U user = stream.removeProperty(key);
                if (user != null) {
                    user.closed();
                }
                closed.run();
            }
        });
        flow().listener(stream -> {
            U user = stream.getProperty(key);
            if (user != null && takesMore(stream)) {
                user.writable();
            }
        });
    }

    /** A connection whose streams share what it takes in equal parts. */
    static Http2Connection connection(boolean server) {
        var connection = new DefaultHttp2Connection(server);
        var shares = new UniformStreamByteDistributor(connection);
        connection.remote().flowController(new DefaultHttp2RemoteFlowController(connection, shares));
        return connection;
    }

    private Http2RemoteFlowController flow() {
        return handler.encoder().flowController();
    }

    /** The handler is in a pipeline; nothing was written yet. */
    void added(ChannelHandlerContext to) {
        ctx = to;
        to.pipeline().addBefore(to.name(), null, new FlushOfWritten());
    }

    ChannelHandlerContext ctx() {
        if (ctx == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return ctx;
    }

    /** What the peer may send on all streams together, in bytes. */
    void openWindow(int bytes) throws Http2Exception {
        Http2LocalFlowController windows = handler.decoder().flowController();
        Http2Stream whole = connection.connectionStream();
        windows.incrementWindowSize(whole, bytes - windows.windowSize(whole));
    }

    void use(Http2Stream stream, U user) {
        stream.setProperty(key, user);
    }

    /** Null when nobody uses the stream any more. */
    @Nullable
    U user(int id) {
        Http2Stream stream = connection.stream(id);
        return stream == null ? null : stream.getProperty(key);
    }

    /** Who uses streams with higher numbers. */
    List<U> usersAfter(int last) {
        List<U> all = new ArrayList<>();
        for (Http2Stream stream : streams()) {
            U user = stream.getProperty(key);
            if (user != null && stream.id() > last) {
                all.add(user);
            }
        }
        return all;
    }

    private List<Http2Stream> streams() {
        List<Http2Stream> all = new ArrayList<>(active());
        try {
            connection.forEachActiveStream(all::add);
        } catch (Http2Exception impossible) {
            throw new IllegalStateException(impossible);
        }
        return all;
    }

    List<U> users() {
        return usersAfter(0);
    }

    int active() {
        return connection.numActiveStreams();
    }

    boolean takesMore(Http2Stream stream) {
        return flow().isWritable(stream);
    }

    /** So much of what came was passed on: the peer may send as much again. */
    void consumed(Http2Stream stream, int bytes) {
        try {
            handler.decoder().flowController().consumeBytes(stream, bytes);
        } catch (Http2Exception ours) {
            throw new IllegalStateException("window of stream " + stream.id(), ours);
        }
        flush();
    }

    /** The flow controller tells of streams whose marks changed; the channel may have been full without its looking. */
    void channelWritable() {
        for (Http2Stream stream : streams()) {
            U user = stream.getProperty(key);
            if (user != null && takesMore(stream)) {
                user.writable();
            }
        }
    }

    /** Something has come, and perhaps more of it. */
    void reading() {
        inReadPass = true;
    }

    /** The user hears when all has been read: at once, if nothing is being read now. */
    void touch(U user) {
        if (inReadPass) {
            touched.add(user);
        } else {
            user.paused();
        }
    }

    /** All that has come was read; who calls this flushes. */
    void read() {
        inReadPass = false;
        touched.forEach(User::paused);
        touched.clear();
    }

    /**
     * Whether an error is only that what still waits to be written will not be, because the stream has ended: Netty calls that an
     * error of the stream, before it tells that it has ended.
     */
    static boolean isRest(boolean outbound, @Nullable Http2Stream stream) {
        return outbound && stream != null && stream.state() == Http2Stream.State.CLOSED;
    }

    /** Before a stream is reset: what was written goes before that, where there is room. Netty would send it after. */
    void writePending(int id) {
        Http2Stream stream = connection.stream(id);
        if (stream == null || stream.isResetSent() || stream.state() == Http2Stream.State.CLOSED) {
            return; // Nothing more of it goes out, and Netty may be dropping it now.
        }
        try {
            flow().writePendingBytes();
        } catch (Http2Exception ours) {
            throw new IllegalStateException("what waits to be written", ours);
        }
    }

    /** What was written goes out, with all else that is written in this pass of the loop. */
    void flush() {
        if (flushScheduled || inReadPass) {
            return;
        }
        flushScheduled = true;
        ctx().executor().execute(() -> {
            flushScheduled = false;
            if (ctx().channel().isActive()) {
                handler.flush(ctx());
            }
        });
    }
}
