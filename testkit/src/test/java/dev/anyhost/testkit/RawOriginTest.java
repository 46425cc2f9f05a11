package dev.anyhost.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RawOriginTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @Test
    void requests_areKeptByteForByte() throws IOException {
        String first = "POST /a?b=c HTTP/1.1\r\nhOST:x.example \r\nX-Odd: \u00ff\r\nContent-Length: 3\r\n\r\nabc";
        String second = "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
        String chunks = "3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: t\r\n\r\n";
        try (RawOrigin origin = RawOrigin.start(RawOrigin.Script.answering(OK))) {
            assertThat(exchange(origin, first + second + chunks)).isEqualTo(OK + OK);

            RawRequest one = origin.takeRequest();
            assertThat(one.head() + one.rawBody()).isEqualTo(first);
            assertThat(one.method()).isEqualTo("POST");
            assertThat(one.target()).isEqualTo("/a?b=c");
            assertThat(one.header("Host")).contains("x.example");
            assertThat(one.headerLines()).containsExactly("hOST:x.example ", "X-Odd: \u00ff", "Content-Length: 3");

            RawRequest two = origin.takeRequest();
            assertThat(two.rawBody()).isEqualTo(chunks);
            assertThat(two.body()).isEqualTo("abcde");

            assertThat(origin.connections()).hasSize(1);
            assertThat(origin.connections().getFirst().received()).isEqualTo(first + second + chunks);
        }
    }

    @Test
    void script_mayAnswerBeforeTheBodyAndReset() throws IOException {
        try (RawOrigin origin = RawOrigin.start(connection -> {
                    assertThat(connection.readHead()).isPresent();
                    connection.write("HTTP/1.1 413 Too Large\r\n\r\n");
                    connection.read(1);
                    connection.reset();
                });
                Socket client = new Socket(Ports.loopback(), origin.port())) {
            client.getOutputStream().write("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n".getBytes(UTF_8));
            assertThat(client.getInputStream().readNBytes(26)).asString(UTF_8).startsWith("HTTP/1.1 413");
            client.getOutputStream().write('x');
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void tlsOrigin_servesItsIdentity() throws IOException {
        TestCa ca = TestCa.create("Origin Root");
        try (RawOrigin origin = RawOrigin.startTls(ca.issue("localhost"), RawOrigin.Script.answering(request -> OK))) {
            assertThat(origin.uri("localhost").getScheme()).isEqualTo("https");
            TlsSession session = TlsProbe.handshake(origin.port(), "localhost", List.of(ca.root()));
            assertThat(session.leaf().getSubjectX500Principal().getName()).isEqualTo("CN=localhost");
        }
    }

    private static String exchange(RawOrigin origin, String sent) throws IOException {
        try (Socket client = new Socket(Ports.loopback(), origin.port())) {
            client.getOutputStream().write(sent.getBytes(ISO_8859_1));
            client.shutdownOutput();
            return new String(client.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }
}
