package dev.anyhost.local;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.testkit.OriginConnection;
import dev.anyhost.testkit.Ports;
import dev.anyhost.testkit.RawOrigin;
import dev.anyhost.testkit.Trust;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A proxy with little memory and more visitors who don't take their responses than it has room for. */
class MemoryPressureTest {

    private static final int MOST_READERS = 4_000;
    /** Connections that fail although memory isn't short. */
    private static final int MOST_FAILED = 5;

    private static final int LARGE = 4 * 1024 * 1024;
    private static final String PIECE = "x".repeat(16 * 1024);
    private static final String HOST = "shop.example";
    private static final String MEMORY = "anyhost_limited_total{limit=\"memory\"}";

    @TempDir
    static Path folder;

    private final CountDownLatch held = new CountDownLatch(1);
    private final List<Socket> readers = new ArrayList<>();

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n";
    }

    private void serve(OriginConnection connection) throws IOException {
        for (var request = connection.readRequest(); request.isPresent(); request = connection.readRequest()) {
            switch (request.get().target()) {
                case "/large" -> {
                    connection.write("HTTP/1.1 200 OK\r\nContent-Length: " + LARGE + "\r\n\r\n");
                    for (int sent = 0; sent < LARGE; sent += PIECE.length()) {
                        connection.write(PIECE);
                    }
                }
                case "/held" -> {
                    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf");
                    try {
                        held.await();
                    } catch (InterruptedException ended) {
                        Thread.currentThread().interrupt();
                    }
                    connection.write("half");
                }
                default -> connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        }
    }

    private static SSLSocket connect(SSLContext tls, int port) throws IOException {
        var plain = new Socket();
        plain.setReceiveBufferSize(4_096);
        plain.setSoTimeout(30_000);
        plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        try {
            var client = (SSLSocket) tls.getSocketFactory().createSocket(plain, HOST, port, true);
            client.startHandshake();
            return client;
        } catch (IOException turnedAway) {
            plain.close();
            throw turnedAway;
        }
    }

    private static String ask(Socket client, String path) throws IOException {
        client.getOutputStream().write(get(path).getBytes(ISO_8859_1));
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = client.getInputStream().read();
            assertThat(next).as("end after " + head).isNotNegative();
            head.append((char) next);
        }
        return head.toString();
    }

    private static String read(InputStream in, int bytes) throws IOException {
        return new String(in.readNBytes(bytes), ISO_8859_1);
    }

    private static boolean isShedding(HttpClient http, int admin) throws IOException, InterruptedException {
        return ProxyProcess.metric(http, admin, "anyhost_shedding") == 1;
    }

    /** Connections that ask and don't read, until the next one isn't taken for that reason. */
    private void fill(SSLContext tls, int port, HttpClient http, int admin) throws IOException, InterruptedException {
        var taken = new AssertionError("all " + MOST_READERS + " were taken");
        for (int tries = 0; tries < MOST_READERS; tries++) {
            try {
                SSLSocket reader = connect(tls, port);
                readers.add(reader);
                reader.getOutputStream().write(get("/large").getBytes(ISO_8859_1));
            } catch (IOException failed) {
                if (isShedding(http, admin)) {
                    return;
                }
                taken.addSuppressed(failed);
                if (taken.getSuppressed().length > MOST_FAILED) {
                    throw taken;
                }
            }
        }
        throw taken;
    }

    /** The log has its own pace. */
    private static void untilSaid(ProxyProcess proxy, String what) {
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (proxy.output().stream().noneMatch(line -> line.contains(what))) {
            assertThat(System.nanoTime() - deadline).as("never said: " + what).isNegative();
            Thread.onSpinWait();
        }
    }

    private static boolean isServed(SSLContext tls, int port) {
        try (SSLSocket client = connect(tls, port)) {
            return ask(client, "/").startsWith("HTTP/1.1 200 ");
        } catch (IOException turnedAway) {
            return false;
        }
    }

    /** With a known admin port, and with more time for a body without progress than the readers take to come. */
    private static Map<String, String> patient(int admin) {
        Map<String, String> changes = new HashMap<>(ProxyProcess.admin(admin));
        changes.put("\ndrain:", "\n  timeouts: {idle: 10m}\ndrain:");
        return changes;
    }

    @Test
    void fullMemory_turnsTheNewAwayFinishesWhatIsThereAndPasses() throws Exception {
        int admin = Ports.free();
        try (TestSystem system = new TestSystem(folder);
                RawOrigin origin = RawOrigin.start(this::serve);
                ProxyProcess proxy = ProxyProcess.start(
                        system, origin.uri(), List.of("-Xmx96m", "-XX:MaxDirectMemorySize=40m"), patient(admin));
                HttpClient http = HttpClient.newHttpClient()) {
            system.allow(HOST);
            int port = system.httpsPort;
            SSLContext tls = Trust.context(system.pebble.issuingRoots());
            var _ = system.untilServed(port, HOST);
            try (SSLSocket early = connect(tls, port);
                    SSLSocket idle = connect(tls, port)) {
                assertThat(ask(early, "/held")).startsWith("HTTP/1.1 200 ");
                assertThat(ask(idle, "/")).startsWith("HTTP/1.1 200 ");
                assertThat(read(idle.getInputStream(), 2)).isEqualTo("ok");

                fill(tls, port, http, admin);
                assertThat(ProxyProcess.metric(http, admin, MEMORY)).isPositive();
                assertThat(isShedding(http, admin)).isTrue();
                assertThat(ask(idle, "/"))
                        .startsWith("HTTP/1.1 503 ")
                        .contains("Retry-After: 5\r\n", "Connection: close\r\n");
                URI health = URI.create("http://127.0.0.1:" + system.httpPort + "/health");
                assertThat(http.send(HttpRequest.newBuilder(health).build(), HttpResponse.BodyHandlers.discarding())
                                .statusCode())
                        .isEqualTo(200);
                held.countDown();
                assertThat(read(early.getInputStream(), 8)).isEqualTo("halfhalf");
            } finally {
                held.countDown();
                for (Socket reader : readers) {
                    reader.close();
                }
            }
            long deadline = System.nanoTime() + 120_000_000_000L;
            while (!isServed(tls, port)) {
                assertThat(System.nanoTime() - deadline).as("never taken again").isNegative();
            }
            untilSaid(proxy, "memory is short");
            untilSaid(proxy, "memory is no longer short");
            assertThat(proxy.isAlive()).isTrue();
            assertThat(proxy.output()).noneMatch(line -> line.contains("OutOf") || line.contains("ERROR"));
        }
    }
}
