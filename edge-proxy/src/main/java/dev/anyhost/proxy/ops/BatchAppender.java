package dev.anyhost.proxy.ops;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.encoder.Encoder;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Writes log events to standard error on a thread of its own, all of some milliseconds in one write: waking a thread and
 * making a system call for each line of the access log would be a good part of what a small request costs. Who logs never
 * waits and takes no lock; what the queue has no room for, or the disk, is lost, and how much that was is counted and logged.
 */
public final class BatchAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {

    private static final int ROOM = 8_192;
    private static final long BETWEEN_WRITES = Duration.ofMillis(10).toNanos();
    private static final long LAST_WORDS = 2_000;

    private final Queue<ILoggingEvent> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private final AtomicLong lost = new AtomicLong();
    private final Batch batch = new Batch();
    private long told;
    /** Whether the last write failed, maybe within a line. */
    private boolean torn;

    private final OutputStream out;
    private final Thread writer = new Thread(this::write, "log");
    private volatile boolean idle;
    private volatile boolean stopping;
    private @Nullable Encoder<ILoggingEvent> encoder;

    /** For logback. */
    public BatchAppender() {
        // Not System.err: it keeps to itself what it couldn't write.
        this(new FileOutputStream(FileDescriptor.err));
    }

    BatchAppender(OutputStream out) {
        this.out = out;
        writer.setDaemon(true);
    }

    /** Makes bytes of events; to be set before it starts. */
    public void setEncoder(Encoder<ILoggingEvent> encoder) {
        this.encoder = encoder;
    }

    @Override
    public void start() {
        super.start();
        writer.start();
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (queued.incrementAndGet() > ROOM) {
            queued.decrementAndGet();
            lost.incrementAndGet();
            return;
        }
        try {
            event.prepareForDeferredProcessing();
        } catch (RuntimeException | Error broken) {
            queued.decrementAndGet();
            lost.incrementAndGet();
            return;
        }
        queue.add(event);
        if (idle) {
            LockSupport.unpark(writer);
        }
    }

    private void write() {
        while (!stopping) {
            if (writeQueued()) {
                LockSupport.parkNanos(this, BETWEEN_WRITES);
            } else {
                idle = true;
                if (queue.isEmpty() && !stopping) {
                    LockSupport.park(this);
                }
                idle = false;
            }
        }
    }

    /** Whether there was anything. */
    private synchronized boolean writeQueued() {
        ILoggingEvent first = queue.poll();
        if (first == null || encoder == null) {
            return false;
        }
        batch.reset();
        if (torn) {
            batch.write('\n');
        }
        int events = 0;
        int taken = 0;
        // No more than there is room for: who logs as fast as we encode would keep all of it from being written.
        for (ILoggingEvent event = first; event != null; event = ++taken < ROOM ? queue.poll() : null) {
            queued.decrementAndGet();
            events += encode(event, encoder) ? 1 : 0;
        }
        long before = lost.get();
        if (before > told) {
            var _ = encode(lossOf(before - told), encoder);
        }
        try {
            batch.writeTo(out);
            told = before;
            torn = false;
        } catch (IOException full) {
            torn = true;
            lost.addAndGet(events); // Said when there is room again; some of it may have been written.
        }
        return true;
    }

    /**
     * Whether the event is in the batch now. What is logged is anybody's object with anybody's {@code toString}: one that
     * throws, whatever it throws, costs its own line and not the log.
     */
    private boolean encode(ILoggingEvent event, Encoder<ILoggingEvent> with) {
        int before = batch.size();
        try {
            if (with instanceof JsonLines lines) {
                lines.encode(event, batch);
            } else {
                batch.writeBytes(with.encode(event));
            }
            return true;
        } catch (RuntimeException | Error broken) {
            batch.cutTo(before);
            lost.incrementAndGet();
            return false;
        }
    }

    /** Bytes that can be taken back. */
    private static final class Batch extends ByteArrayOutputStream {
        void cutTo(int size) {
            count = size;
        }
    }

    /** How many events were lost since the start. Any thread may ask. */
    long lost() {
        return lost.get();
    }

    private LoggingEvent lossOf(long events) {
        var logger = ((LoggerContext) getContext()).getLogger(BatchAppender.class);
        return new LoggingEvent(
                BatchAppender.class.getName(), logger, Level.WARN, events + " log events dropped", null, null);
    }

    /** Writes what was logged before. */
    @Override
    public void stop() {
        if (!isStarted()) {
            return;
        }
        super.stop();
        stopping = true;
        LockSupport.unpark(writer);
        try {
            writer.join(LAST_WORDS);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        var _ = writeQueued();
    }
}
