package dev.anyhost.testkit;

import static dev.anyhost.testkit.ClientHello.TLS_1_2;
import static dev.anyhost.testkit.ClientHello.TLS_1_3;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.anyhost.testkit.TlsAnswer.Alert;
import dev.anyhost.testkit.TlsAnswer.Closed;
import dev.anyhost.testkit.TlsAnswer.Garbage;
import dev.anyhost.testkit.TlsAnswer.ServerHello;
import dev.anyhost.testkit.TlsAnswer.Timeout;
import dev.anyhost.testkit.TlsConversation.Ending;
import java.io.OutputStream;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@org.junit.jupiter.api.Timeout(60)
class TlsProbeTest {

    private static final String NAME = "shop.example";

    private final TestCa ca = TestCa.create("Test Root");
    private JdkTlsServer server;

    @BeforeEach
    void start() {
        server = JdkTlsServer.start(ca.issue(NAME), "h2", "http/1.1");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void plainHello_isAnsweredWithTls13() {
        assertThat(probe().send(ClientHello.forName(NAME))).isInstanceOfSatisfying(ServerHello.class, hello -> {
            assertThat(hello.version()).isEqualTo(TLS_1_3);
            assertThat(hello.cipherSuite()).isBetween(0x1301, 0x1303);
            assertThat(hello.helloRetryRequest()).isFalse();
        });
        assertThat(server.names()).containsExactly(NAME);
    }

    @Test
    void oldHello_isAnsweredWithTls12AndItsProtocol() {
        assertThat(probe().send(ClientHello.forName(NAME).versions(TLS_1_2).alpn("http/1.1")))
                .isInstanceOfSatisfying(ServerHello.class, hello -> {
                    assertThat(hello.version()).isEqualTo(TLS_1_2);
                    assertThat(hello.alpn()).contains("http/1.1");
                });
    }

    @Test
    void missingKeyShare_isAskedFor() {
        byte[] none = {0, 0};
        assertThat(probe().send(ClientHello.forName(NAME).without(51).extension(51, none)))
                .isInstanceOfSatisfying(
                        ServerHello.class,
                        hello -> assertThat(hello.helloRetryRequest()).isTrue());
    }

    @Test
    void protocolNobodySpeaks_isAnAlert() {
        assertThat(probe().send(ClientHello.forName(NAME).alpn("acme-tls/1"))).isEqualTo(Alert.fatal(120));
    }

    @Test
    void versionNobodySpeaks_isAnAlert() {
        assertThat(probe().send(ClientHello.forName(NAME).versions(0x0a0a))).isEqualTo(Alert.fatal(70));
    }

    @Test
    void absentName_isAbsent() {
        assertThat(probe().send(ClientHello.withoutName())).isInstanceOf(ServerHello.class);
        assertThat(server.names()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 200})
    void fragmentedHello_arrivesWhole(int size) {
        byte[][] segments = TlsProbe.segments(ClientHello.forName(NAME).records(size, size, size), size);
        assertThat(probe().withPause(Duration.ofNanos(1)).send(segments)).isInstanceOf(ServerHello.class);
        assertThat(server.names()).containsExactly(NAME);
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 16_384, 20_000, 65_000, 65_536, 100_001, 130_000})
    void paddedHello_hasTheLengthAskedFor(int length) {
        assertThat(ClientHello.forName(NAME).paddedTo(length).handshake()).hasSize(length);
    }

    @Test
    void longHello_isCutIntoRecordsAndUnderstood() {
        assertThat(probe().send(ClientHello.forName(NAME).paddedTo(20_000))).isInstanceOf(ServerHello.class);
    }

    @Test
    void silentServer_timesOut() {
        try (SocketServer silent = start(socket -> socket.getInputStream().read(new byte[1]))) {
            assertThat(TlsProbe.of(silent.port())
                            .withLimit(Duration.ofMillis(50))
                            .send(new byte[0]))
                    .isEqualTo(new Timeout());
        }
    }

    @Test
    void closingServer_isSeenAsClosed() {
        try (SocketServer closing = start(socket -> socket.getInputStream().readNBytes(5))) {
            assertThat(TlsProbe.of(closing.port()).send(new byte[5])).isEqualTo(new Closed(false));
        }
    }

    @Test
    void resettingServer_isSeenAsReset() {
        try (SocketServer resetting = start(socket -> {
            socket.getInputStream().readNBytes(5);
            socket.setSoLinger(true, 0);
        })) {
            assertThat(TlsProbe.of(resetting.port()).send(new byte[5])).isEqualTo(new Closed(true));
        }
    }

    @Test
    void alertAndEnd_areSeenOneAfterTheOther() {
        try (SocketServer refusing = start(socket -> {
            socket.getInputStream().readNBytes(5);
            OutputStream out = socket.getOutputStream();
            out.write(HexFormat.of().parseHex("15030100020270"));
        })) {
            try (TlsConversation conversation = TlsProbe.of(refusing.port()).open(new byte[5])) {
                assertThat(conversation.answer()).isEqualTo(Alert.fatal(TlsAnswer.UNRECOGNIZED_NAME));
                assertThat(conversation.end()).isEqualTo(Ending.CLOSED);
            }
        }
    }

    @Test
    void serverThatSpeaksNoTls_isGarbage() {
        try (SocketServer http =
                start(socket -> socket.getOutputStream().write("HTTP/1.1 400 \r\n".getBytes(US_ASCII)))) {
            assertThat(TlsProbe.of(http.port()).send(new byte[0])).isEqualTo(new Garbage("485454502f"));
        }
    }

    @Test
    void verifiedHandshake_givesTheCertificate() throws Exception {
        TlsSession session = TlsProbe.handshake(server.port(), NAME, List.of(ca.root()));
        assertThat(session.serial()).isEqualTo(server.identity().leaf().getSerialNumber());
        assertThat(session.protocol()).isEqualTo("TLSv1.3");
        assertThat(session.alpn()).isEmpty();
    }

    @Test
    void handshakeOptions_areUsed() throws Exception {
        TlsSession session = TlsClient.to(server.port(), List.of(ca.root()))
                .withProtocols("TLSv1.2")
                .withAlpn("http/1.1")
                .handshake(NAME);
        assertThat(session.protocol()).isEqualTo("TLSv1.2");
        assertThat(session.alpn()).contains("http/1.1");
    }

    @Test
    void otherName_failsVerification() {
        assertThatThrownBy(() -> TlsProbe.handshake(server.port(), "other.example", List.of(ca.root())))
                .isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void otherRoot_failsVerification() {
        List<X509Certificate> strangers = List.of(TestCa.create("Stranger").root());
        assertThatThrownBy(() -> TlsProbe.handshake(server.port(), NAME, strangers))
                .isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void anythingGoes_whenNothingIsVerified() throws Exception {
        assertThat(TlsClient.trustingAnything(server.port())
                        .handshake("other.example")
                        .leaf())
                .isEqualTo(server.identity().leaf());
    }

    private static SocketServer start(SocketServer.Conversation conversation) {
        return SocketServer.start(0, Optional.empty(), conversation);
    }

    private TlsProbe probe() {
        return TlsProbe.of(server.port());
    }
}
