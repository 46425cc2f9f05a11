package dev.anyhost.proxy.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.anyhost.store.tickets.TicketKey;
import dev.anyhost.testkit.ClientHello;
import dev.anyhost.testkit.OpensslClient;
import dev.anyhost.testkit.TlsAnswer;
import dev.anyhost.testkit.TlsClient;
import dev.anyhost.testkit.TlsProbe;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which TLS is spoken at all: what is old or weak is refused, whoever offers it (RFC 9325). */
class TlsPolicyTest {

    private static final String HOST = "a.example";
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";
    /** What OpenSSL would speak if it were asked to: it refuses old versions and weak suites by itself otherwise. */
    private static final String WITHOUT_SCRUPLES = "@SECLEVEL=0";

    private static final int PROTOCOL_VERSION = 70;
    private static final int HANDSHAKE_FAILURE = 40;
    private static final int SUPPORTED_GROUPS = 10;
    private static final int KEY_SHARE = 51;
    private static final String X25519_MLKEM_768 = "11ec";

    @TempDir
    private static Path folder;

    private static TlsServer server;

    @BeforeAll
    static void start() {
        List<TicketKey> keys = List.of(TicketKey.random(Instant.EPOCH));
        server = new TlsServer(List.of(HOST), () -> keys);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static OpensslClient.Run openssl(String... options) {
        return OpensslClient.to(server.port()).with(options).run(HOST, REQUEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_1", "-tls1"})
    void oldVersion_isRefused(String version) {
        OpensslClient.Run run = openssl(version, "-cipher", "ALL:" + WITHOUT_SCRUPLES);
        assertThat(run.connected()).as(run.output()).isFalse();
        assertThat(run.alert()).as(run.output()).contains(PROTOCOL_VERSION);
    }

    /** Without forward secrecy, with CBC, with RC4 or CCM, or without a certificate: all that OpenSSL has beside ours. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALL:COMPLEMENTOFALL:!kECDHE+AESGCM:!kECDHE+CHACHA20",
                "ECDHE-ECDSA-AES128-SHA",
                "ECDHE-ECDSA-AES256-SHA384",
                "ECDHE-ECDSA-AES128-CCM",
                "AES128-GCM-SHA256",
                "DHE-RSA-AES128-GCM-SHA256"
            })
    void weakSuite_isRefused(String suites) {
        OpensslClient.Run run = openssl("-tls1_2", "-cipher", suites + ":" + WITHOUT_SCRUPLES);
        assertThat(run.connected()).as(run.output()).isFalse();
        assertThat(run.alert()).as(run.output()).contains(HANDSHAKE_FAILURE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"
            })
    void suiteWithForwardSecrecyAndAuthenticatedEncryption_isSpokenInTls12(String suite) {
        OpensslClient.Run run = openssl("-tls1_2", "-cipher", suite);
        assertThat(run.protocol()).contains("TLSv1.2");
        assertThat(run.output()).contains("Cipher is " + suite);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"})
    void shortTagsInTls13_areRefused(String suite) {
        OpensslClient.Run run = openssl("-tls1_3", "-ciphersuites", suite);
        assertThat(run.connected()).as(run.output()).isFalse();
    }

    @Test
    void renegotiation_endsTheConnection() throws IOException {
        try (SSLSocket client = TlsClient.trustingAnything(server.port())
                .withProtocols("TLSv1.2")
                .connect(HOST)) {
            byte[] first = client.getSession().getId();
            assertThatThrownBy(() -> {
                        client.startHandshake();
                        client.getInputStream().read();
                    })
                    .isInstanceOf(IOException.class);
            assertThat(client.getSession().getId()).isEqualTo(first);
        }
    }

    @Test
    void hybridGroup_isSpokenWithWhomHasNoOther() throws Exception {
        assertThat(agreesOn("X25519MLKEM768")).isTrue();
        assertThat(agreesOn("X25519")).isTrue();
        assertThat(agreesOn("P-256")).isTrue();
        assertThat(agreesOn("P-521")).isFalse();
    }

    private static boolean agreesOn(String group) throws Exception {
        var loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        SslContext tls = SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL_REFCNT)
                .trustManager(TlsServer.CA.root())
                .option(OpenSslContextOption.GROUPS, new String[] {group})
                .build();
        try {
            Channel channel = new Bootstrap()
                    .group(loops)
                    .channel(NioSocketChannel.class)
                    .handler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel made) {
                            made.pipeline().addLast(tls.newHandler(made.alloc(), HOST, server.port()));
                        }
                    })
                    .connect(InetAddress.getLoopbackAddress(), server.port())
                    .sync()
                    .channel();
            return channel.pipeline()
                    .get(SslHandler.class)
                    .handshakeFuture()
                    .await()
                    .isSuccess();
        } finally {
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
            ReferenceCountUtil.release(tls);
        }
    }

    /** Its key share would have been X25519's alone: we ask for the other one. */
    @Test
    void hybridGroup_isPreferred() {
        ClientHello hello = ClientHello.forName(HOST)
                .without(SUPPORTED_GROUPS)
                .extension(SUPPORTED_GROUPS, HexFormat.of().parseHex("0004" + "001d" + X25519_MLKEM_768));
        assertThat(TlsProbe.of(server.port()).send(hello))
                .isInstanceOfSatisfying(TlsAnswer.ServerHello.class, answer -> {
                    assertThat(answer.helloRetryRequest()).isTrue();
                    assertThat(answer.extensions()).containsEntry(KEY_SHARE, X25519_MLKEM_768);
                });
    }

    @Test
    void earlyData_isNotOffered() {
        OpensslClient.Run first =
                OpensslClient.to(server.port()).with("-tls1_3").start(HOST, folder.resolve("session"), REQUEST);
        assertThat(first.connected()).as(first.output()).isTrue();
        assertThat(first.output()).contains("Max Early Data: 0").contains("Compression: NONE");
    }
}
