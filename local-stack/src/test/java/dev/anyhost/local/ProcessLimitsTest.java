package dev.anyhost.local;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.testkit.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole proxies in processes that are short of something: room for their log, file descriptors. */
class ProcessLimitsTest {

    private static final String HOST = "shop.example";
    private static final int DESCRIPTORS = 500;
    private static final int STRANGERS = 700;
    /** In milliseconds. */
    private static final int PATIENCE = 30_000;

    @TempDir
    static Path folder;

    /** To somebody who says nothing. */
    private static Socket stranger(int port) throws IOException {
        var stranger = new Socket();
        stranger.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE);
        return stranger;
    }

    /** Asked on a connection that the admin port has already, as a rule; while descriptors are short there is no other. */
    private static boolean hasFailedToAccept(HttpClient http, int admin) throws InterruptedException {
        try {
            return ProxyProcess.metric(http, admin, "anyhost_accept_failures_total") > 0;
        } catch (IOException notNow) {
            return false;
        }
    }

    private static String status(Socket client) throws IOException {
        client.getOutputStream().write(("GET / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n").getBytes(ISO_8859_1));
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = client.getInputStream().read();
            assertThat(next).as("end after " + head).isNotNegative();
            head.append((char) next);
        }
        String length = head.substring(head.indexOf("Content-Length: ") + 16)
                .lines()
                .findFirst()
                .orElseThrow();
        client.getInputStream().skipNBytes(Long.parseLong(length));
        return head.substring(0, "HTTP/1.1 200".length());
    }

    @Test
    void fullDisk_losesTheLogAndNoRequest() throws Exception {
        int admin = Ports.free();
        try (TestSystem system = new TestSystem(folder);
                ProxyProcess proxy = ProxyProcess.startAfter("exec 2>/dev/full", system, admin);
                HttpClient http = HttpClient.newHttpClient()) {
            system.allow(HOST);
            var _ = system.untilServed(system.httpsPort, HOST);
            double before = ProxyProcess.metric(http, admin, "anyhost_log_lost_total");
            try (SSLSocket client = system.client(system.httpsPort).connect(HOST)) {
                for (int i = 0; i < 200; i++) {
                    assertThat(status(client)).isEqualTo("HTTP/1.1 200");
                }
            }
            double lost = 0;
            long deadline = System.nanoTime() + 30_000_000_000L;
            while (lost < 200) { // The log's thread has its own pace.
                assertThat(System.nanoTime() - deadline).as("only " + lost).isNegative();
                lost = ProxyProcess.metric(http, admin, "anyhost_log_lost_total") - before;
            }
            assertThat(proxy.output()).isEmpty();
        }
    }

    @Test
    void exhaustedDescriptors_leaveVisitorsAloneAndPass() throws Exception {
        int admin = Ports.free();
        List<Socket> strangers = new ArrayList<>();
        try (TestSystem system = new TestSystem(folder);
                ProxyProcess proxy = ProxyProcess.startAfter("ulimit -n " + DESCRIPTORS, system, admin);
                HttpClient http = HttpClient.newHttpClient()) {
            system.allow(HOST);
            var _ = system.untilServed(system.httpsPort, HOST);
            try (SSLSocket visitor = system.client(system.httpsPort).connect(HOST)) {
                visitor.setSoTimeout(PATIENCE);
                assertThat(status(visitor)).isEqualTo("HTTP/1.1 200");
                assertThat(ProxyProcess.metric(http, admin, "anyhost_accept_failures_total"))
                        .isZero();
                for (int i = 0; i < STRANGERS; i++) {
                    strangers.add(stranger(system.httpsPort));
                }
                long deadline = System.nanoTime() + 60_000_000_000L;
                while (!hasFailedToAccept(http, admin)) {
                    assertThat(System.nanoTime() - deadline).as("all accepted").isNegative();
                    assertThat(status(visitor)).isEqualTo("HTTP/1.1 200");
                }
                for (int i = 0; i < 20; i++) {
                    assertThat(status(visitor)).isEqualTo("HTTP/1.1 200");
                }
                for (Socket stranger : strangers) {
                    stranger.close();
                }
                try (SSLSocket next = system.client(system.httpsPort).connect(HOST)) {
                    next.setSoTimeout(PATIENCE);
                    assertThat(status(next)).isEqualTo("HTTP/1.1 200");
                }
                assertThat(status(visitor)).isEqualTo("HTTP/1.1 200");
            }
            assertThat(proxy.isAlive()).isTrue();
        } finally {
            for (Socket stranger : strangers) {
                stranger.close();
            }
        }
    }
}
