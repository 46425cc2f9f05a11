package dev.anyhost.local;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.EdgeProxy;
import dev.anyhost.testkit.Ports;
import dev.anyhost.testkit.RawOrigin;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM while visitors on kept connections ask without pause: each request is answered in full. */
class DrainUnderLoadTest {

    private static final int VISITORS = 40;
    private static final int WARM = 2_000;
    private static final String HOST = "shop.example";
    private static final byte[] REQUEST = ("GET / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n").getBytes(ISO_8859_1);
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @TempDir
    static Path folder;

    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger moved = new AtomicInteger();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private volatile int port;
    private volatile boolean over;

    @Test
    void sigterm_failsNoRequest() throws Exception {
        try (TestSystem system = new TestSystem(folder);
                RawOrigin origin = RawOrigin.start(RawOrigin.Script.answering(OK))) {
            system.allow(HOST);
            List<Integer> others = Ports.free(2);
            try (ProxyProcess old = ProxyProcess.start(
                            system,
                            origin.uri(),
                            List.of("-Xmx128m"),
                            Map.of("{grace: 2s}", "{announce: 1s, grace: 20s}"));
                    EdgeProxy next = TestSystem.ready(
                            system.start(origin.uri(), others.getFirst(), others.getLast(), Map.of()))) {
                port = system.httpsPort;
                system.client(port).connect(HOST).close();
                system.client(others.getFirst()).connect(HOST).close();
                List<Thread> visitors = new ArrayList<>();
                for (int i = 0; i < VISITORS; i++) {
                    visitors.add(Thread.ofVirtual().start(() -> visit(system)));
                }
                await(WARM);
                port = others.getFirst(); // what a load balancer does that sees it unready
                assertThat(old.terminate(Duration.ofSeconds(30))).isZero();
                await(answered.get() + WARM);
                over = true;
                for (Thread visitor : visitors) {
                    visitor.join();
                }
            }
        }
        assertThat(failures).isEmpty();
        assertThat(moved.get()).as("connections that were told to go").isGreaterThanOrEqualTo(VISITORS);
    }

    private void await(int count) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (answered.get() < count && failures.isEmpty()) {
            assertThat(System.nanoTime() - deadline).as("answered " + answered).isNegative();
            Thread.onSpinWait();
        }
    }

    private void visit(TestSystem system) {
        while (!over && failures.isEmpty()) {
            try (SSLSocket socket = system.client(port).connect(HOST)) {
                boolean kept = true;
                while (kept && !over) {
                    socket.getOutputStream().write(REQUEST);
                    String head = head(socket.getInputStream());
                    assertThat(head).startsWith("HTTP/1.1 200 ");
                    assertThat(new String(socket.getInputStream().readNBytes(2), ISO_8859_1))
                            .isEqualTo("ok");
                    answered.incrementAndGet();
                    kept = !head.contains("Connection: close");
                }
                moved.addAndGet(kept ? 0 : 1);
            } catch (IOException | AssertionError failed) {
                failures.add(failed.toString());
            }
        }
    }

    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                throw new IOException("ended after '" + head + "'");
            }
            head.append((char) c);
        }
        return head.toString();
    }
}
