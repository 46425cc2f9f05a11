package dev.anyhost.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.EdgeProxy;
import dev.anyhost.testkit.DemoOrigin;
import dev.anyhost.testkit.RawOrigin;
import dev.anyhost.testkit.RawRequest;
import dev.anyhost.testkit.TestCa;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What reaches the origin over TLS, byte for byte, and what never does. */
class ForwardingTest {

    private static final String HOST = "shop.example";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @TempDir
    static Path folder;

    private static TestSystem system;
    private static RawOrigin origin;
    private static EdgeProxy proxy;

    @BeforeAll
    static void start() throws Exception {
        system = new TestSystem(folder);
        TestCa ca = system.originCa("origin-roots.pem");
        origin = RawOrigin.startTls(ca.issue("localhost"), connection -> {
            while (connection.readRequest().isPresent()) {
                connection.write(OK);
            }
        });
        system.allow(HOST);
        proxy = TestSystem.ready(
                system.start(origin.uri("localhost"), Map.of("drain:", "  trusted-roots: origin-roots.pem\ndrain:")));
    }

    @AfterAll
    static void stop() throws Exception {
        proxy.close();
        origin.close();
        system.close();
    }

    private static String exchange(String request) throws IOException {
        return new String(
                system.client(system.httpsPort).exchange(HOST, request.getBytes(StandardCharsets.ISO_8859_1)),
                StandardCharsets.ISO_8859_1);
    }

    @Test
    void spoofedHeaders_doNotArrive() throws Exception {
        int before = origin.requests().size();
        String response = exchange("GET /a?b=c HTTP/1.1\r\nHost: " + HOST + "\r\nX-Forwarded-For: 6.6.6.6\r\n"
                + "X-Forwarded-Host: evil.example\r\nForwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\n"
                + "User-Custom-Domain: evil.example\r\nUser_Custom_Domain: evil.example\r\n"
                + "X_Forwarded_For: 6.6.6.6\r\nAuthorization: Bearer x\r\n"
                + "Connection: close, User-Custom-Domain\r\n\r\n");
        assertThat(response).startsWith("HTTP/1.1 200 OK\r\n").endsWith("ok");
        assertThat(origin.requests()).hasSize(before + 1);
        RawRequest arrived = origin.requests().getLast();
        assertThat(arrived.requestLine()).isEqualTo("GET /a?b=c HTTP/1.1");
        assertThat(arrived.head()).doesNotContain("6.6.6.6", "evil", "User_Custom");
        assertThat(arrived.headers("User-Custom-Domain")).containsExactly(HOST);
        assertThat(arrived.headers("X-Forwarded-For")).containsExactly("127.0.0.1");
        assertThat(arrived.headers("X-Forwarded-Proto")).containsExactly("https");
        assertThat(arrived.headers("X-Forwarded-Port")).containsExactly(Integer.toString(system.httpsPort));
        assertThat(arrived.headers("Host")).containsExactly("localhost:" + origin.port());
        assertThat(arrived.headers("Authorization")).containsExactly("Bearer x");
    }

    @Test
    void hostOtherThanSni_is421AndReachesNoOrigin() throws Exception {
        int before = origin.requests().size();
        assertThat(exchange("GET / HTTP/1.1\r\nHost: other.example\r\n\r\n")).startsWith("HTTP/1.1 421 ");
        assertThat(origin.requests()).hasSize(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx",
                "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxy",
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
                "Content-Length: +1\r\n\r\nx",
                "X: a\r\n b\r\n\r\n",
                "X: a\nY: b\r\n\r\n",
                "X: a\0b\r\n\r\n",
            })
    void ambiguousFraming_is400AndReachesNoOrigin(String rest) throws Exception {
        int before = origin.requests().size();
        assertThat(exchange("POST / HTTP/1.1\r\nHost: " + HOST + "\r\n" + rest)).startsWith("HTTP/1.1 400 ");
        assertThat(origin.requests()).hasSize(before);
    }

    @Test
    void badChunkSize_is400AndIsNeverACompleteRequestAtTheOrigin() throws Exception {
        int before = origin.requests().size();
        assertThat(exchange("POST / HTTP/1.1\r\nHost: " + HOST
                        + "\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ");
        assertThat(origin.requests()).hasSize(before);
    }

    @Test
    void chunkedUpload_arrivesWhole() throws Exception {
        String response = exchange("POST /up HTTP/1.1\r\nHost: " + HOST
                + "\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
        assertThat(response).startsWith("HTTP/1.1 200 ");
        assertThat(origin.requests().getLast().body()).isEqualTo("hello world");
    }

    @Test
    void hundredMebibytes_arriveWhole() throws Exception {
        long bytes = 100L * 1024 * 1024;
        proxy.close();
        try (DemoOrigin large = DemoOrigin.start();
                EdgeProxy _ = TestSystem.ready(system.start(large.uri(), Map.of()));
                SSLSocket socket = system.client(system.httpsPort).connect(HOST)) {
            String request =
                    "GET /stream?bytes=" + bytes + " HTTP/1.1\r\nHost: " + HOST + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            assertThat(count(socket.getInputStream())).isGreaterThan(bytes);
        } finally {
            proxy = TestSystem.ready(system.start(
                    origin.uri("localhost"), Map.of("drain:", "  trusted-roots: origin-roots.pem\ndrain:")));
        }
    }

    @Test
    void requestInFlight_isFinishedWhileTheProxyDrains() throws Exception {
        proxy.close();
        var release = new CountDownLatch(1);
        var arrived = new CountDownLatch(1);
        RawOrigin.Script slow = connection -> {
            if (connection.readRequest().isPresent()) {
                arrived.countDown();
                await(release);
                connection.write(OK);
            }
        };
        try (RawOrigin origin = RawOrigin.start(slow);
                SSLSocket socket = connectedThrough(origin)) {
            socket.getOutputStream()
                    .write(("GET / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            await(arrived);
            Thread stopping = Thread.ofVirtual().start(proxy::close);
            while (proxy.isReady()) {
                Thread.onSpinWait();
            }
            release.countDown();
            String response = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(response).startsWith("HTTP/1.1 200 OK\r\n").endsWith("ok");
            stopping.join();
        } finally {
            proxy = TestSystem.ready(system.start(
                    origin.uri("localhost"), Map.of("drain:", "  trusted-roots: origin-roots.pem\ndrain:")));
        }
    }

    private static SSLSocket connectedThrough(RawOrigin origin) throws IOException {
        proxy = TestSystem.ready(system.start(origin.uri(), Map.of()));
        return system.client(system.httpsPort).connect(HOST);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static long count(InputStream in) throws IOException {
        long count = 0;
        byte[] piece = new byte[64 * 1024];
        for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
            count += read;
        }
        return count;
    }
}
