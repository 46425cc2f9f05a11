package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.ProxyFixture.Setup;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies larger than anyone should hold in memory. */
class StreamingTest {

    private static final long LARGE = 100L * 1024 * 1024;
    /** All socket buffers on the way and the proxy's own, generously. */
    private static final long BUFFERED = 32L * 1024 * 1024;

    /** An origin for one connection that streams bytes out or counts those that come in. */
    private static final class StreamingOrigin implements AutoCloseable {

        private final ServerSocket server;
        private final Thread thread;
        final AtomicLong moved = new AtomicLong();

        private interface Script {
            void serve(Socket socket, StreamingOrigin self) throws IOException;
        }

        StreamingOrigin(Script script) {
            try {
                server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            thread = Thread.ofPlatform().daemon().start(() -> {
                try (Socket socket = server.accept()) {
                    script.serve(socket, this);
                } catch (IOException ended) {
                    moved.set(-1);
                }
            });
        }

        /** Reads a request's head, which comes in one piece here, and the beginning of its body: returns its length. */
        static int readHead(InputStream in) throws IOException {
            var head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.read());
            }
            return head.length();
        }

        static StreamingOrigin sending(String framing, boolean chunked) {
            return new StreamingOrigin((socket, self) -> {
                readHead(socket.getInputStream());
                OutputStream out = socket.getOutputStream();
                out.write(("HTTP/1.1 200 OK\r\n" + framing + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                byte[] piece = new byte[64 * 1024];
                while (self.moved.get() < LARGE) {
                    if (chunked) {
                        out.write("10000\r\n".getBytes(StandardCharsets.US_ASCII));
                    }
                    out.write(piece);
                    if (chunked) {
                        out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
                    }
                    self.moved.addAndGet(piece.length);
                }
                out.write(chunked ? "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII) : new byte[0]);
                socket.shutdownOutput();
                socket.getInputStream().readAllBytes();
            });
        }

        URI uri() {
            return URI.create("http://127.0.0.1:" + server.getLocalPort());
        }

        @Override
        public void close() throws Exception {
            server.close();
            thread.interrupt();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 104857600", "Transfer-Encoding: chunked", "Connection: close"})
    void largeDownload_arrivesWhole(String framing) throws Exception {
        try (var origin = StreamingOrigin.sending(framing, framing.contains("chunked"));
                var proxy = ProxyFixture.start(Setup.to(origin.uri()).withTls());
                var client = proxy.connectTls()) {
            client.get("/");
            assertThat(drained(client, framing.startsWith("Content"))).isEqualTo(LARGE);
            assertThat(proxy.record().bytesOut()).isEqualTo(LARGE);
        }
    }

    private static long drained(WireClient client, boolean fixed) throws IOException {
        String head = client.readHead();
        assertThat(head).startsWith("HTTP/1.1 200");
        InputStream in = client.input();
        return fixed ? skipped(in, LARGE) : chunks(client, in);
    }

    private static long chunks(WireClient client, InputStream in) throws IOException {
        long all = 0;
        while (true) {
            var size = new StringBuilder();
            while (size.indexOf("\r\n") < 0) {
                size.append((char) in.read());
            }
            long length = Long.parseLong(size.substring(0, size.length() - 2), 16);
            all += skipped(in, length);
            assertThat(client.read(2)).isEqualTo("\r\n");
            if (length == 0) {
                return all;
            }
        }
    }

    private static long skipped(InputStream in, long count) throws IOException {
        byte[] piece = new byte[64 * 1024];
        long left = count;
        while (left > 0) {
            int read = in.read(piece, 0, (int) Math.min(piece.length, left));
            if (read < 0) {
                return count - left;
            }
            left -= read;
        }
        return count;
    }

    @Test
    void producerFasterThanItsClient_isHeldBack() throws Exception {
        try (var origin = StreamingOrigin.sending("Content-Length: " + LARGE, false);
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            client.get("/");
            client.readHead();
            long sent = stalled(origin.moved);

            assertThat(sent).isLessThan(BUFFERED);
            assertThat(skipped(client.input(), LARGE)).isEqualTo(LARGE);
        }
    }

    @Test
    void slowClientsLastResponse_isNotCutByTheLinger() throws Exception {
        ForwardSettings hurried = ForwardSettings.https(443)
                .withTimes(new TimeLimits(
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(30),
                        100,
                        Duration.ofSeconds(5),
                        Duration.ofMillis(1)));
        try (var origin = StreamingOrigin.sending("Content-Length: " + LARGE, false);
                var proxy = ProxyFixture.start(Setup.to(origin.uri()).with(hurried));
                var client = proxy.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: shop.example.com\r\nConnection: close\r\n\r\n");
            assertThat(client.readHead()).contains("Connection: close");
            stalled(origin.moved);
            assertThat(skipped(client.input(), LARGE)).isEqualTo(LARGE);
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void clientFasterThanItsOrigin_isHeldBack() throws Exception {
        var read = new AtomicLong();
        var release = new CountDownLatch(1);
        try (var origin = new StreamingOrigin((socket, self) -> {
                    StreamingOrigin.readHead(socket.getInputStream());
                    awaitQuietly(release);
                    read.set(skipped(socket.getInputStream(), LARGE));
                    socket.getOutputStream()
                            .write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    socket.getInputStream().readAllBytes();
                });
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: shop.example.com\r\nContent-Length: " + LARGE + "\r\n\r\n");
            var sent = new AtomicLong();
            Thread upload = Thread.ofPlatform().daemon().start(() -> upload(client, sent));
            assertThat(stalled(sent)).isLessThan(BUFFERED);
            release.countDown();
            assertThat(client.readHead()).startsWith("HTTP/1.1 200");
            upload.join();
            assertThat(read.get()).isEqualTo(LARGE);
            assertThat(proxy.record().bytesIn()).isEqualTo(LARGE);
        }
    }

    private static void upload(WireClient client, AtomicLong sent) {
        byte[] piece = new byte[64 * 1024];
        while (sent.get() < LARGE) {
            client.send(piece);
            sent.addAndGet(piece.length);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until a count has begun and then hasn't moved for 300 ms; returns it. */
    private static long stalled(AtomicLong count) throws InterruptedException {
        var pause = new CountDownLatch(1);
        long last = -1;
        while (last != count.get() || last == 0) {
            last = count.get();
            assertThat(pause.await(300, TimeUnit.MILLISECONDS)).isFalse();
        }
        return last;
    }
}
