package dev.anyhost.local;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.testkit.OriginConnection;
import dev.anyhost.testkit.Ports;
import dev.anyhost.testkit.RawOrigin;
import dev.anyhost.testkit.SlowCrowd;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Thousands of connections that are slow in all ways there are, and one that isn't. */
class SlowConnectionsTest {

    /** So many that this process and the proxy stay below the 4,096 descriptors that some machines allow. */
    private static final int EACH = 400;

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int REQUESTS = 20;
    private static final int LARGE = 1024 * 1024;
    private static final String PIECE = "x".repeat(16 * 1024);
    private static final String HOST = "shop.example";

    @TempDir
    static Path folder;

    private static void serve(OriginConnection connection) throws IOException {
        for (var request = connection.readRequest(); request.isPresent(); request = connection.readRequest()) {
            if (request.get().target().equals("/large")) {
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: " + LARGE + "\r\n\r\n");
                for (int sent = 0; sent < LARGE; sent += PIECE.length()) {
                    connection.write(PIECE);
                }
            } else {
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        }
    }

    /** What a connection that took too long is told (which nobody is who doesn't listen, or has no TLS to be told by). */
    private static boolean isOfItsLimit(SlowCrowd.End end) {
        return switch (end.kind()) {
            case SILENT, HELLO -> end.heard().isEmpty();
            case HEAD, BODY -> end.heard().startsWith("HTTP/1.1 408 ");
            case READER -> end.heard().startsWith("HTTP/1.1 200 ");
        };
    }

    /** The kernel's queue isn't meant: the proxy itself has them. */
    private static void untilTaken(HttpClient http, int admin, int connections)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        double open = 0;
        while (open < connections) {
            assertThat(System.nanoTime() - deadline).as("only " + open).isNegative();
            open = ProxyProcess.metric(http, admin, "anyhost_connections{listener=\"https\"}");
        }
    }

    @Test
    void slowConnectionsOfAllKinds_leaveAGoodClientItsAnswers() throws Exception {
        int admin = Ports.free();
        try (TestSystem system = new TestSystem(folder);
                RawOrigin origin = RawOrigin.start(SlowConnectionsTest::serve);
                ProxyProcess proxy =
                        ProxyProcess.start(system, origin.uri(), List.of("-Xmx96m"), ProxyProcess.admin(admin));
                HttpClient http = HttpClient.newHttpClient()) {
            system.allow(HOST);
            var _ = system.untilServed(system.httpsPort, HOST);
            var aim = new SlowCrowd.Aim(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), system.httpsPort),
                    HOST,
                    "/upload",
                    "/large");
            try (SlowCrowd crowd = SlowCrowd.start(aim, EACH)) {
                for (int i = 0; i < REQUESTS; i++) {
                    assertThat(crowd.awaitWhole(PATIENCE))
                            .as("only " + crowd.size())
                            .isTrue();
                    byte[] answer = system.client(system.httpsPort)
                            .exchange(
                                    HOST,
                                    ("GET / HTTP/1.1\r\nHost: " + HOST + "\r\nConnection: close\r\n\r\n")
                                            .getBytes(ISO_8859_1));
                    assertThat(new String(answer, ISO_8859_1)).endsWith("\r\n\r\nok");
                }
                untilTaken(http, admin, crowd.whole());
                assertThat(crowd.ends()).allMatch(SlowConnectionsTest::isOfItsLimit);
            }
            assertThat(proxy.isAlive()).isTrue();
            assertThat(proxy.output()).noneMatch(line -> line.contains("OutOf") || line.contains("ERROR"));
        }
    }
}
