package dev.anyhost.local;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.anyhost.proxy.EdgeProxy;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A load balancer needs time to see that an instance isn't ready any more; meanwhile it sends new visitors. */
class AnnouncedEndTest {

    private static final String HOST = "shop.example";
    private static final byte[] REQUEST =
            ("GET /health HTTP/1.1\r\nHost: " + HOST + "\r\nConnection: close\r\n\r\n").getBytes(US_ASCII);

    @TempDir
    static Path folder;

    private static int health(int port) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            URI health = URI.create("http://127.0.0.1:" + port + "/health");
            return http.send(HttpRequest.newBuilder(health).build(), BodyHandlers.discarding())
                    .statusCode();
        }
    }

    @Test
    void readiness_failsWhileNewVisitorsAreStillServed() throws Exception {
        try (TestSystem system = new TestSystem(folder)) {
            system.allow(HOST);
            EdgeProxy proxy = system.proxy(Map.of("{grace: 2s}", "{announce: 1h, grace: 2s}"));
            var _ = system.untilServed(system.httpsPort, HOST);
            assertThat(health(system.httpPort)).isEqualTo(200);

            Thread stopping = Thread.ofVirtual().start(proxy::close);
            while (proxy.isReady()) {
                Thread.onSpinWait();
            }
            assertThat(health(system.httpPort)).isEqualTo(503);
            assertThat(TestSystem.admin(proxy, "/health/ready").statusCode()).isEqualTo(503);
            assertThat(TestSystem.admin(proxy, "/health/live").statusCode()).isEqualTo(200);
            assertThat(new String(system.client(system.httpsPort).exchange(HOST, REQUEST), US_ASCII))
                    .startsWith("HTTP/1.1 200 ");

            stopping.interrupt(); // The hour is over.
            stopping.join();
            assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), system.httpsPort))
                    .isInstanceOf(ConnectException.class);
        }
    }
}
