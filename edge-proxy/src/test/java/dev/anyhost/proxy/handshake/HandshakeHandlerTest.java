package dev.anyhost.proxy.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.certificate.CertificateAnswer;
import dev.anyhost.proxy.certificate.CertificateAnswer.Cause;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotAllowed;
import dev.anyhost.proxy.certificate.CertificateAnswer.NotYet;
import dev.anyhost.proxy.certificate.ServableCertificate;
import dev.anyhost.store.tickets.TicketKeyRing;
import dev.anyhost.testkit.ClientHello;
import dev.anyhost.testkit.TlsProbe;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a connection without TLS is told, byte for byte, and how often anybody is asked because of it. */
class HandshakeHandlerTest {

    private static final String UNRECOGNIZED_NAME = "15030100020270";
    private static final String INTERNAL_ERROR = "15030100020250";
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private static MultiThreadIoEventLoopGroup loops;
    private static TlsContexts contexts;

    private final List<Hostname> asked = new ArrayList<>();
    private final List<String> events = new ArrayList<>();
    private final Promise<CertificateAnswer> answer = ImmediateEventExecutor.INSTANCE.newPromise();
    private EmbeddedChannel channel = new EmbeddedChannel();

    private static final class NoValidation implements ValidationLookup {

        @Override
        public Future<CertificateAnswer> challenge(Hostname hostname, Channel connection) {
            throw new AssertionError("asked for a challenge");
        }

        @Override
        public Future<CertificateAnswer> marker(Hostname hostname, String token, Channel connection) {
            throw new AssertionError("asked for a marker");
        }
    }

    @BeforeEach
    void open() {
        channel = new EmbeddedChannel(new HandshakeHandler(new Handshakes(
                (hostname, loop) -> {
                    asked.add(hostname);
                    return answer;
                },
                new NoValidation(),
                contexts,
                new Recorded(events),
                (hostname, protocol) -> new ChannelInboundHandlerAdapter(),
                LIMIT)));
    }

    @AfterEach
    void finish() {
        channel.finishAndReleaseAll();
    }

    @BeforeAll
    static void build() {
        loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        contexts = TlsContexts.of(loops, TicketKeyRing.first(Instant.EPOCH)::keys);
    }

    @AfterAll
    static void release() {
        contexts.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private String sent() {
        var hex = new StringBuilder();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            hex.append(ByteBufUtil.hexDump(out));
            out.release();
        }
        return hex.toString();
    }

    private void send(byte[] bytes) {
        channel.writeInbound(Unpooled.copiedBuffer(bytes));
    }

    @Test
    void refusedName_getsTheAlertAndIsClosed() {
        send(ClientHello.forName("Shop.Example.COM").records());
        answer.setSuccess(new NotAllowed());
        channel.runPendingTasks();
        assertThat(asked).extracting(Hostname::value).containsExactly("shop.example.com");
        assertThat(sent()).isEqualTo(UNRECOGNIZED_NAME);
        assertThat(channel.isOpen()).isFalse();
        assertThat(events).containsExactly("refused");
    }

    @Test
    void notReadyName_getsInternalError() {
        send(ClientHello.forName("shop.example").records());
        answer.setSuccess(new NotYet(Cause.ISSUING, Instant.EPOCH));
        channel.runPendingTasks();
        assertThat(sent()).isEqualTo(INTERNAL_ERROR);
        assertThat(events).containsExactly("not_ready ISSUING");
    }

    @Test
    void failedLookup_getsInternalError() {
        send(ClientHello.forName("shop.example").records());
        answer.setFailure(new IllegalStateException("a bug"));
        channel.runPendingTasks();
        assertThat(sent()).isEqualTo(INTERNAL_ERROR);
    }

    @Test
    void unusableName_getsTheAlertAndNobodyIsAsked() {
        send(ClientHello.withoutName().records());
        assertThat(sent()).isEqualTo(UNRECOGNIZED_NAME);
        assertThat(asked).isEmpty();
    }

    @Test
    void helloInAnyPieces_isAskedAboutOnce() {
        ClientHello hello = ClientHello.forName("shop.example").paddedTo(900);
        for (byte[] piece : TlsProbe.segments(hello.records(100, 1, 300), 7)) {
            send(piece);
        }
        assertThat(asked).hasSize(1);
        answer.setSuccess(new NotAllowed());
        channel.runPendingTasks();
        assertThat(sent()).isEqualTo(UNRECOGNIZED_NAME);
        channel.close();
        assertThat(asked).hasSize(1);
    }

    @Test
    void clientThatLeavesWhileItWaits_isForgotten() {
        send(ClientHello.forName("shop.example").records());
        channel.close();
        answer.setSuccess(new NotAllowed());
        channel.runPendingTasks();
        assertThat(asked).hasSize(1);
        assertThat(sent()).isEmpty();
        assertThat(events).isEmpty();
        channel.checkException();
    }

    @Test
    void connectionWithoutAByte_isNoEvent() {
        channel.close();
        assertThat(asked).isEmpty();
        assertThat(events).isEmpty();
        assertThat(sent()).isEmpty();
    }

    @Test
    void connectionThatIsResetWithoutAByte_isNoEvent() {
        channel.pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));
        assertThat(channel.isOpen()).isFalse();
        assertThat(events).isEmpty();
    }

    @Test
    void certificateThatCantBeUsed_endsTheConnection() {
        ServableCertificate certificate = TlsServer.certificate("shop.example");
        send(ClientHello.forName("shop.example").records());
        answer.setSuccess(new CertificateAnswer.Serve(certificate, CertificateAnswer.Source.STORE));
        channel.runPendingTasks(); // This loop isn't one of those that there are contexts for.
        assertThat(channel.isOpen()).isFalse();
        assertThat(events).containsExactly("found STORE", "failed");
        certificate.release();
    }

    @Test
    void silentConnection_isClosedAtTheLimitWithoutAnEvent() {
        channel.freezeTime();
        channel.advanceTimeBy(LIMIT.toMillis() + 1, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isOpen()).isFalse();
        assertThat(events).isEmpty();
    }

    @Test
    void dribbledHello_isClosedAtTheLimit() {
        channel.freezeTime();
        byte[] hello = ClientHello.forName("shop.example").records();
        for (int i = 0; i < 10; i++) {
            send(new byte[] {hello[i]});
            channel.advanceTimeBy(1, TimeUnit.SECONDS);
            channel.runScheduledPendingTasks();
        }
        assertThat(channel.isOpen()).isFalse();
        assertThat(asked).isEmpty();
        assertThat(events).containsExactly("failed");
    }

    @Test
    void helloOver64KiB_isClosed() {
        // A full record whose handshake header announces 65,537 octets.
        send(HexFormat.of().parseHex("160301400001010001" + "00".repeat(0x4000 - 4)));
        assertThat(channel.isOpen()).isFalse();
        assertThat(asked).isEmpty();
    }

    @Test
    void helloInHundredsOfRecords_isReassembled() {
        int[] sizes = new int[800];
        Arrays.fill(sizes, 1);
        send(ClientHello.forName("shop.example").paddedTo(60_000).records(sizes));
        assertThat(asked).extracting(Hostname::value).containsExactly("shop.example");
        answer.setSuccess(new NotAllowed()); // Until then the ClientHello is held.
        channel.runPendingTasks();
    }

    /** What is held is what came: all that is read before the close counts. */
    @Test
    void helloInTinyRecords_isClosedBeforeItIsSeveralTimesItsSize() {
        int[] sizes = new int[60_000];
        Arrays.fill(sizes, 1);
        int taken = 0;
        for (byte[] piece : TlsProbe.segments(
                ClientHello.forName("shop.example").paddedTo(60_000).records(sizes), 1_000)) {
            if (channel.isOpen()) {
                send(piece);
                taken += piece.length;
            }
        }
        assertThat(taken).isBetween(64 * 1024, 70_000);
        assertThat(asked).isEmpty();
        assertThat(events).containsExactly("failed");
    }

    @Test
    void whatIsNoTls_isClosed() {
        send("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        channel.runPendingTasks();
        assertThat(channel.isOpen()).isFalse();
        assertThat(asked).isEmpty();
        assertThat(events).containsExactly("failed");
    }

    private record Recorded(List<String> events) implements HandshakeEvents {

        @Override
        public void certificateFound(CertificateAnswer.Source source, Duration waited) {
            events.add("found " + source);
        }

        @Override
        public void served(Hostname hostname) {
            events.add("served");
        }

        @Override
        public void refused() {
            events.add("refused");
        }

        @Override
        public void notReady(Hostname hostname, NotYet answer) {
            events.add("not_ready " + answer.cause());
        }

        @Override
        public void failed() {
            events.add("failed");
        }
    }
}
