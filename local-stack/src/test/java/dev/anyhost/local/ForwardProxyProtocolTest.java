package dev.anyhost.local;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.EdgeProxy;
import dev.anyhost.testkit.RawOrigin;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose address the origin sees, and whose word about earlier hops, behind a load balancer that speaks PROXY. */
class ForwardProxyProtocolTest {

    private static final String HOST = "shop.example";
    private static final byte[] NAMED =
            HexFormat.of().parseHex("0d0a0d0a000d0a515549540a21110013cb007107c0000201d43101bbea0004deadbeef");
    private static final byte[] LOCAL = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a20000000");

    @TempDir
    static Path folder;

    private static TestSystem system;
    private static RawOrigin origin;
    private static EdgeProxy proxy;

    @BeforeAll
    static void start() throws Exception {
        system = new TestSystem(folder);
        origin = RawOrigin.start(RawOrigin.Script.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
        system.allow(HOST);
        // The CA validates without a header: the certificate is there before the load balancer is.
        try (EdgeProxy plain = TestSystem.ready(system.start(origin.uri(), Map.of()))) {
            system.client(system.httpsPort).connect(HOST).close();
        }
        proxy = TestSystem.ready(system.start(
                origin.uri(),
                Map.of(
                        "  public-https-port:",
                        "  proxy-protocol-from: [\"127.0.0.0/8\"]\n"
                                + "  trusted-proxies: [\"127.0.0.0/8\", \"198.51.100.0/24\"]\n"
                                + "  public-https-port:")));
    }

    @AfterAll
    static void stop() throws Exception {
        proxy.close();
        origin.close();
        system.close();
    }

    private static String forwardedFor(byte[] header) throws IOException {
        byte[] response = system.client(system.httpsPort)
                .withPreamble(header)
                .exchange(
                        HOST,
                        ("GET / HTTP/1.1\r\nHost: " + HOST
                                        + "\r\nX-Forwarded-For: 6.6.6.6\r\nConnection: close\r\n\r\n")
                                .getBytes(ISO_8859_1));
        assertThat(new String(response, ISO_8859_1)).startsWith("HTTP/1.1 200 ");
        return String.join(" | ", origin.takeRequest().headers("X-Forwarded-For"));
    }

    @Test
    void namedClient_isForwardedAndTheLoadBalancersTrustIsNotItsOwn() throws IOException {
        assertThat(forwardedFor(NAMED)).isEqualTo("203.0.113.7");
    }

    @ParameterizedTest
    @CsvSource({
        "PROXY TCP4 203.0.113.7 192.0.2.1 54321 443, 203.0.113.7",
        "PROXY TCP6 2001:db8::7 2001:db8::1 54321 443, 2001:db8::7",
        "PROXY TCP4 198.51.100.1 192.0.2.1 54321 443, '6.6.6.6, 198.51.100.1'",
        "PROXY UNKNOWN, 127.0.0.1",
    })
    void textHeadersClient_isForwardedAndBelievedWhereItIsTrusted(String line, String expected) throws IOException {
        assertThat(forwardedFor((line + "\r\n").getBytes(ISO_8859_1))).isEqualTo(expected);
    }

    @Test
    void loadBalancersOwnRequest_isBelievedLikeAnyTrustedPeers() throws IOException {
        assertThat(forwardedFor(LOCAL)).isEqualTo("6.6.6.6, 127.0.0.1");
    }

    @Test
    void httpPort_expectsTheHeaderToo() throws IOException {
        assertThat(health("PROXY TCP4 203.0.113.7 192.0.2.1 54321 80\r\n")).startsWith("HTTP/1.1 200 ");
        assertThat(health("")).isEqualTo("closed");
    }

    private static String health(String header) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), system.httpPort)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write((header + "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                            .getBytes(ISO_8859_1));
            String all = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
            return all.isEmpty() ? "closed" : all;
        } catch (SocketException reset) {
            return "closed";
        }
    }
}
