package dev.anyhost.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client and its connection to the target. Each direction has a thread that reads and stamps, and one that writes
 * when a stamp is old enough: a delay must not lower the throughput, as it would if one thread slept between reads.
 */
final class RelayedConnection implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RelayedConnection.class);
    private static final int CHUNK = 16_384;
    private static final int IN_FLIGHT = 256;

    private final FaultRelay relay;
    private final Socket client;
    private final Socket server;
    private final long cutAfter;
    private final LongConsumer toServer;
    private final LongConsumer toClient;

    /** What comes next and when it came: bytes, or none at the end. */
    private static final class Chunk {

        private final byte[] bytes;
        private final boolean cutsOff;
        private final boolean swallowed;
        private final long readAt = System.nanoTime();

        private Chunk(byte[] bytes, boolean cutsOff, boolean swallowed) {
            this.bytes = bytes;
            this.cutsOff = cutsOff;
            this.swallowed = swallowed;
        }

        /** @param mode in which it came: what came to a black hole stays there */
        static Chunk of(byte[] buffer, int length, RelayMode mode) {
            return new Chunk(Arrays.copyOf(buffer, length), false, mode != RelayMode.FORWARD);
        }

        static Chunk end() {
            return new Chunk(new byte[0], false, false);
        }

        static Chunk cut() {
            return new Chunk(new byte[0], true, false);
        }

        boolean isLast() {
            return bytes.length == 0;
        }
    }

    RelayedConnection(
            FaultRelay relay,
            Socket client,
            Socket server,
            long cutAfter,
            LongConsumer toServer,
            LongConsumer toClient) {
        this.relay = relay;
        this.client = client;
        this.server = server;
        this.cutAfter = cutAfter;
        this.toServer = toServer;
        this.toClient = toClient;
    }

    /** Returns when both directions have ended. */
    void run() {
        Thread upstream = Thread.ofVirtual().start(() -> pump(client, server, Long.MAX_VALUE, toServer));
        pump(server, client, cutAfter, toClient);
        join(upstream);
    }

    /** Both ends see a reset. */
    void reset() {
        reset(client);
        reset(server);
    }

    @Override
    public void close() {
        closeQuietly(client);
        closeQuietly(server);
    }

    private void pump(Socket from, Socket to, long limit, LongConsumer count) {
        BlockingQueue<Chunk> queue = new ArrayBlockingQueue<>(IN_FLIGHT);
        Thread writer = Thread.ofVirtual().start(() -> write(queue, to));
        try {
            boolean cut = read(from, queue, limit, count);
            queue.put(cut ? Chunk.cut() : Chunk.end());
            writer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            reset();
        }
    }

    /** Reads to the end, which a break is too; true when {@code limit} came first. */
    private boolean read(Socket from, BlockingQueue<Chunk> queue, long limit, LongConsumer count)
            throws InterruptedException {
        long left = limit;
        try {
            InputStream in = from.getInputStream();
            byte[] buffer = new byte[CHUNK];
            while (left > 0) {
                int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (read < 0) {
                    return false;
                }
                Chunk chunk = Chunk.of(buffer, read, relay.mode());
                count.accept(read);
                queue.put(chunk);
                left -= read;
            }
            return true;
        } catch (IOException e) {
            LOG.debug("Relayed connection broke", e);
            reset();
            return false;
        }
    }

    /** Takes all there is, even when it can't be written any more: the reader would wait for room for ever. */
    private void write(BlockingQueue<Chunk> queue, Socket to) {
        try {
            boolean whole = true;
            boolean last = false;
            while (!last) {
                Chunk chunk = queue.take();
                waitUntil(chunk.readAt, relay.delay());
                whole = whole && passOn(chunk, to);
                last = chunk.isLast();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean passOn(Chunk chunk, Socket to) {
        if (chunk.swallowed || relay.mode() != RelayMode.FORWARD) {
            return true;
        }
        try {
            if (chunk.cutsOff) {
                reset();
            } else if (chunk.isLast()) {
                to.shutdownOutput();
            } else {
                to.getOutputStream().write(chunk.bytes);
            }
            return true;
        } catch (IOException e) {
            LOG.debug("Relayed connection broke", e);
            reset();
            return false;
        }
    }

    private static void waitUntil(long since, Duration delay) {
        long due = since + delay.toNanos();
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException alreadyClosed) {
            LOG.trace("Nothing to reset", alreadyClosed);
        }
        closeQuietly(socket);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("Socket did not close", e);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
