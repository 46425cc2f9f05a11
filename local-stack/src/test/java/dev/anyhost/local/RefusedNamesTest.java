package dev.anyhost.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.EdgeProxy;
import dev.anyhost.testkit.ClientHello;
import dev.anyhost.testkit.TlsAnswer;
import dev.anyhost.testkit.TlsProbe;
import dev.anyhost.verifier.onboarding.DomainStatus;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stranger's hostname: the alert on the wire, and the exact number of asks. */
class RefusedNamesTest {

    private static final TlsAnswer UNRECOGNIZED_NAME = new TlsAnswer.Alert(2, 112);

    @TempDir
    static Path folder;

    private static TestSystem system;
    private static EdgeProxy proxy;

    @BeforeAll
    static void start() throws Exception {
        system = new TestSystem(folder);
        proxy = system.proxy();
    }

    @AfterAll
    static void stop() throws Exception {
        proxy.close();
        system.close();
    }

    private static TlsAnswer answer(ClientHello hello) {
        return TlsProbe.of(system.httpsPort).send(hello);
    }

    @Test
    void unknownName_getsTheAlertAndIsAskedOnceWhileRemembered() {
        for (int i = 0; i < 5; i++) {
            assertThat(answer(ClientHello.forName("unknown.example"))).isEqualTo(UNRECOGNIZED_NAME);
        }
        assertThat(system.asks("unknown.example")).isEqualTo(1);
    }

    @Test
    void refusedName_getsTheAlertAndIsAskedOnceWhileRemembered() {
        var _ = system.whitelist.add(
                TestSystem.hostname("pending.example"), "tenant", Optional.empty(), DomainStatus.PENDING);
        for (int i = 0; i < 5; i++) {
            assertThat(answer(ClientHello.forName("Pending.Example"))).isEqualTo(UNRECOGNIZED_NAME);
        }
        assertThat(system.asks("pending.example")).isEqualTo(1);
    }

    @Test
    void missingName_getsTheAlertWithoutAnAsk() {
        int asks = system.asks();
        assertThat(answer(ClientHello.withoutName())).isEqualTo(UNRECOGNIZED_NAME);
        assertThat(system.asks()).isEqualTo(asks);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "localhost",
                "a_b.example",
                "-a.example",
                "a..example",
                "*.example",
                "münchen.example",
                ""
            })
    void unusableName_getsTheAlertWithoutAnAsk(String name) {
        int asks = system.asks();
        assertThat(answer(ClientHello.withoutName().serverName(name.getBytes(StandardCharsets.UTF_8))))
                .isEqualTo(UNRECOGNIZED_NAME);
        assertThat(system.asks()).isEqualTo(asks);
    }

    @Test
    void overLongName_getsTheAlertWithoutAnAsk() {
        int asks = system.asks();
        String name = "a.".repeat(124) + "example";
        assertThat(answer(ClientHello.forName(name))).isEqualTo(UNRECOGNIZED_NAME);
        assertThat(system.asks()).isEqualTo(asks);
    }

    @Test
    void plainHttp_redirectsAllowedNamesOnly() throws Exception {
        system.allow("plain.example");
        assertThat(plain("plain.example", "/a?b=c"))
                .startsWith("HTTP/1.1 308 ")
                .contains("Location: https://plain.example:" + system.httpsPort + "/a?b=c\r\n")
                .contains("Cache-Control: no-store\r\n");
        assertThat(plain("evil.example", "/a?b=c"))
                .startsWith("HTTP/1.1 404 ")
                .doesNotContain("evil", "Location", "b=c")
                .endsWith("\r\n\r\n");
        assertThat(plain("whatever.example", "/health")).startsWith("HTTP/1.1 200 ");
        assertThat(plain("plain.example", "/.well-known/acme-challenge/short")).startsWith("HTTP/1.1 404 ");
    }

    private static String plain(String host, String target) throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), system.httpPort)) {
            String request = "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
