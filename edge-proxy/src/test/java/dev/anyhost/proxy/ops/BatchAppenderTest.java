package dev.anyhost.proxy.ops;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchAppenderTest {

    private final LoggerContext context = new LoggerContext();

    private BatchAppender started(OutputStream out) {
        context.setMDCAdapter(new LogbackMDCAdapter());
        var encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%msg%n");
        encoder.start();
        var appender = new BatchAppender(out);
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.start();
        return appender;
    }

    private LoggingEvent event(String message) {
        return new LoggingEvent("here", context.getLogger("test"), Level.INFO, message, null, null);
    }

    @Test
    void events_areWrittenInOrderAndNoneIsLostWhenItStops() {
        var out = new ByteArrayOutputStream();
        BatchAppender appender = started(out);
        List<String> expected =
                IntStream.range(0, 5_000).mapToObj(Integer::toString).toList();
        expected.forEach(each -> appender.doAppend(event(each)));
        appender.stop();
        assertThat(out.toString(UTF_8).lines()).containsExactlyElementsOf(expected);
    }

    /** Fails for as long as it is told to, as a file does on a full disk: in the middle of a line. */
    private static final class Disk extends OutputStream {

        private final ByteArrayOutputStream written = new ByteArrayOutputStream();
        private volatile boolean full = true;

        @Override
        public void write(int b) {}

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (full) {
                written.write(bytes, offset, length - 2);
                throw new IOException("No space left on device");
            }
            written.write(bytes, offset, length);
        }
    }

    @Test
    void fullDevice_losesEventsKeepsNobodyWaitingAndCountsEach() throws Exception {
        try (var full = new FileOutputStream("/dev/full")) {
            BatchAppender appender = started(full);
            for (int i = 0; i < 1_000; i++) {
                appender.doAppend(event("x"));
            }
            appender.stop();
            assertThat(appender.lost()).isEqualTo(1_000);
        }
    }

    @Test
    void diskThatHasRoomAgain_isToldHowMuchWasLost() {
        var disk = new Disk();
        BatchAppender appender = started(disk);
        for (int i = 0; i < 10; i++) {
            appender.doAppend(event("before"));
        }
        while (appender.lost() < 10) {
            Thread.onSpinWait();
        }
        disk.full = false;
        appender.doAppend(event("after"));
        appender.stop();
        assertThat(disk.written.toString(UTF_8).lines()).contains("befor").endsWith("after", "10 log events dropped");
        assertThat(appender.lost()).isEqualTo(10);
    }

    private static final class Poison {
        @Override
        public String toString() {
            throw new IllegalStateException("no words for it");
        }
    }

    private static final class DeepPoison {
        @Override
        public String toString() {
            throw new StackOverflowError();
        }
    }

    private BatchAppender startedWithDelicateEncoder(OutputStream out) {
        BatchAppender appender = started(out);
        appender.setEncoder(new PatternLayoutEncoder() {
            @Override
            public byte[] encode(ILoggingEvent event) {
                String text = event.getMessage().startsWith("poison")
                        ? Arrays.toString(event.getArgumentArray())
                        : event.getMessage();
                return (text + "\n").getBytes(UTF_8);
            }
        });
        return appender;
    }

    private LoggingEvent poisoned(Object what) {
        var poisoned = event("poison");
        poisoned.setArgumentArray(new Object[] {what});
        return poisoned;
    }

    @Test
    void eventThatCantBeEncoded_costsItselfOnlyAndIsCounted() {
        var out = new ByteArrayOutputStream();
        BatchAppender appender = startedWithDelicateEncoder(out);
        for (Object poison : List.of(new Poison(), new DeepPoison())) {
            appender.doAppend(event("before"));
            appender.doAppend(poisoned(poison));
            appender.doAppend(event("after"));
        }
        appender.stop();
        assertThat(out.toString(UTF_8).lines().filter(line -> !line.endsWith("dropped")))
                .containsExactly("before", "after", "before", "after");
        assertThat(appender.lost()).isEqualTo(2);
    }

    @Test
    void lineThatBreaksWithin_leavesNoneOfItself() {
        var out = new ByteArrayOutputStream();
        BatchAppender appender = started(out);
        var json = new JsonLines();
        json.setContext(context);
        json.start();
        appender.setEncoder(json);
        LogFields whole = fields -> fields.add("path", "/");
        LogFields breaking = fields -> {
            fields.add("path", "x".repeat(100_000)); // More than waits anywhere on its way to the batch.
            throw new StackOverflowError();
        };
        for (LogFields each : List.of(whole, breaking, whole)) {
            var event = event("request");
            event.setArgumentArray(new Object[] {each});
            appender.doAppend(event);
        }
        appender.stop();
        assertThat(out.toString(UTF_8).lines().filter(line -> !line.contains("dropped")))
                .hasSize(2)
                .allMatch(line -> line.length() < 1_000)
                .allMatch(line -> line.startsWith("{\"timestamp\":") && line.endsWith("\"request\"}"));
        assertThat(appender.lost()).isEqualTo(1);
    }

    @Test
    void eventThatCantBePrepared_isCountedAndTakesNoRoom() {
        var out = new ByteArrayOutputStream();
        BatchAppender appender = started(out);
        for (int i = 0; i < 10_000; i++) {
            appender.doAppend(new LoggingEvent("here", context.getLogger("test"), Level.INFO, "x", null, null) {
                @Override
                public void prepareForDeferredProcessing() {
                    throw new StackOverflowError();
                }
            });
        }
        appender.doAppend(event("after"));
        appender.stop();
        assertThat(out.toString(UTF_8)).contains("after");
        assertThat(appender.lost()).isEqualTo(10_000);
    }

    @Test
    void idleWriter_isWokenByAnEvent() throws Exception {
        var written = new CountDownLatch(1);
        BatchAppender appender = started(new OutputStream() {
            @Override
            public void write(int b) {}

            @Override
            public void write(byte[] bytes, int offset, int length) {
                written.countDown();
            }
        });
        appender.doAppend(event("one"));
        assertThat(written.await(30, TimeUnit.SECONDS)).isTrue();
        appender.stop();
    }

    @Test
    void eventsThatComeAsFastAsTheyAreEncoded_areWrittenAllTheSame() throws Exception {
        var encoded = new AtomicInteger();
        var whenWritten = new ConcurrentLinkedQueue<Integer>();
        BatchAppender appender = started(new OutputStream() {
            @Override
            public void write(int b) {}

            @Override
            public void write(byte[] bytes, int offset, int length) {
                whenWritten.add(encoded.get());
            }
        });
        LoggingEvent another = event("another");
        var done = new CountDownLatch(1);
        appender.setEncoder(new PatternLayoutEncoder() {
            @Override
            public byte[] encode(ILoggingEvent event) {
                if (encoded.incrementAndGet() < 100_000) {
                    appender.doAppend(another);
                } else {
                    done.countDown();
                }
                return new byte[1];
            }
        });
        appender.doAppend(another);
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        appender.stop();
        assertThat(whenWritten.peek()).isLessThanOrEqualTo(8_192);
        assertThat(appender.lost()).isZero();
    }

    @Test
    void outputThatHangs_keepsNobodyWaitingAndSaysWhatWasDropped() throws Exception {
        var hanging = new CountDownLatch(1);
        var inside = new CountDownLatch(1);
        var lines = new ArrayList<String>();
        BatchAppender appender = started(new OutputStream() {
            @Override
            public void write(int b) {}

            @Override
            public void write(byte[] bytes, int offset, int length) {
                inside.countDown();
                try {
                    hanging.await();
                } catch (InterruptedException ended) {
                    Thread.currentThread().interrupt();
                }
                new String(bytes, offset, length, UTF_8).lines().forEach(lines::add);
            }
        });
        appender.doAppend(event("first"));
        assertThat(inside.await(30, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < 10_000; i++) {
            appender.doAppend(event("x"));
        }
        hanging.countDown();
        appender.stop();
        assertThat(lines).hasSize(1 + 8_192 + 1).first().isEqualTo("first");
        assertThat(lines.getLast()).isEqualTo("1808 log events dropped");
    }
}
