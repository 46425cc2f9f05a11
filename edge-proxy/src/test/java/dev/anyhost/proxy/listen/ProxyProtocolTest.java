package dev.anyhost.proxy.listen;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.ClientAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a listener makes of connections with, without and with a bad PROXY header. */
class ProxyProtocolTest {

    private static final String V1 = "PROXY TCP4 203.0.113.7 192.0.2.1 54321 443\r\n";
    private static final byte[] V2 =
            HexFormat.of().parseHex("0d0a0d0a000d0a515549540a21110013cb007107c0000201d43101bbea0004deadbeef");
    private static final byte[] V2_LOCAL = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a20000000");

    private static EventLoops loops;
    private static Listeners listeners;
    private static InetSocketAddress expecting;
    private static InetSocketAddress indifferent;

    @BeforeAll
    static void start() throws IOException {
        loops = EventLoops.start();
        listeners = new Listeners(loops);
        var anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        expecting = listeners.open(anyPort, new ListenerPipeline(List.of(cidr("127.0.0.0/8")), Echo::new));
        indifferent = listeners.open(anyPort, new ListenerPipeline(List.of(cidr("10.0.0.0/8")), Echo::new));
    }

    private static Cidr cidr(String text) {
        return Cidr.parse(text).orElseThrow();
    }

    @AfterAll
    static void stop() {
        listeners.stopAccepting();
        listeners.awaitEmpty(Duration.ZERO);
        loops.close();
    }

    /** Says who it thinks the client is, and what it got. */
    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            InetSocketAddress client = ClientAddress.of(ctx.channel());
            String heard =
                    client.getAddress().getHostAddress() + ":" + client.getPort() + " " + bytes.toString(ISO_8859_1);
            bytes.release();
            ctx.writeAndFlush(Unpooled.copiedBuffer(heard + "\n", ISO_8859_1));
        }
    }

    private static Socket connect(InetSocketAddress to) throws IOException {
        var socket = new Socket(to.getAddress(), to.getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static String line(Socket socket) throws IOException {
        var line = new StringBuilder();
        for (int c = socket.getInputStream().read();
                c != '\n';
                c = socket.getInputStream().read()) {
            assertThat(c).as("after " + line).isNotEqualTo(-1);
            line.append((char) c);
        }
        return line.toString();
    }

    private static void assertClosed(Socket socket) throws IOException {
        try {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        } catch (java.net.SocketException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
    }

    @Test
    void header_namesTheClientInBothVersions() throws IOException {
        for (byte[] header : List.of(V1.getBytes(ISO_8859_1), V2)) {
            try (Socket socket = connect(expecting)) {
                socket.getOutputStream().write(header);
                socket.getOutputStream().write("hello".getBytes(ISO_8859_1));
                assertThat(line(socket)).startsWith("203.0.113.7:54321 ");
            }
        }
    }

    @Test
    void headerAndFirstBytesTogether_areToldApart() throws IOException {
        try (Socket socket = connect(expecting)) {
            socket.getOutputStream().write((V1 + "hello").getBytes(ISO_8859_1));
            assertThat(line(socket)).isEqualTo("203.0.113.7:54321 hello");
        }
    }

    @Test
    void loadBalancersOwnConnection_isItsOwn() throws IOException {
        try (Socket socket = connect(expecting)) {
            socket.getOutputStream().write(V2_LOCAL);
            socket.getOutputStream().write("check".getBytes(ISO_8859_1));
            assertThat(line(socket)).startsWith("127.0.0.1:" + socket.getLocalPort() + " ");
        }
    }

    @Test
    void headerInSingleBytes_isTheSame() {
        for (byte[] header : List.of(V1.getBytes(ISO_8859_1), V2)) {
            var channel = new EmbeddedChannel(new ProxyProtocolHandler(any -> true));
            for (byte octet : header) {
                assertThat(channel.<Object>readInbound()).isNull();
                channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {octet}));
            }
            channel.writeInbound(Unpooled.copiedBuffer("x", ISO_8859_1));
            ByteBuf rest = channel.readInbound();
            assertThat(rest.toString(ISO_8859_1)).isEqualTo("x");
            rest.release();
            assertThat(ClientAddress.of(channel).getPort()).isEqualTo(54_321);
            channel.finishAndReleaseAll();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\n\r\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003",
                "PROXY TCP4 203.0.113.7\r\n",
                "PROXY TCP4 203.0.113.7 192.0.2.1 54321 443 and so on, without an end, until it is over any limit there"
                        + " is for a line",
                "\r\n\r\n\u0000\r\nQUIT\n!\u0011\u00ff\u00ff",
            })
    void anythingElse_closesTheConnection(String bytes) throws IOException {
        try (Socket socket = connect(expecting)) {
            socket.getOutputStream().write(bytes.getBytes(ISO_8859_1));
            assertClosed(socket);
        }
    }

    @Test
    void header_isOrdinaryInputFromElsewhere() throws IOException {
        try (Socket socket = connect(indifferent)) {
            socket.getOutputStream().write(V1.getBytes(ISO_8859_1));
            assertThat(line(socket)).isEqualTo("127.0.0.1:" + socket.getLocalPort() + " " + V1.replace("\n", ""));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "PROXY TCP4 203.0"})
    void missingHeader_closesTheConnectionAfterThreeSeconds(String begun) {
        MockTicker ticker = Ticker.newMockTicker();
        EmbeddedChannel channel = EmbeddedChannel.builder()
                .ticker(ticker)
                .handlers(new ProxyProtocolHandler(any -> true))
                .build();
        channel.writeInbound(Unpooled.copiedBuffer(begun, ISO_8859_1));
        pass(channel, ticker, 2_999);
        assertThat(channel.isOpen()).isTrue();
        pass(channel, ticker, 2);
        assertThat(channel.isOpen()).isFalse();
        channel.finishAndReleaseAll();
    }

    @Test
    void connectionWithItsHeader_isNotClosedAfterThreeSeconds() {
        MockTicker ticker = Ticker.newMockTicker();
        EmbeddedChannel channel = EmbeddedChannel.builder()
                .ticker(ticker)
                .handlers(new ProxyProtocolHandler(any -> true))
                .build();
        channel.writeInbound(Unpooled.copiedBuffer(V1, ISO_8859_1));
        pass(channel, ticker, 10_000);
        assertThat(channel.isOpen()).isTrue();
        channel.finishAndReleaseAll();
    }

    private static void pass(EmbeddedChannel channel, MockTicker ticker, int millis) {
        ticker.advance(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }

    @Test
    void ownAddresses_areKnown() {
        assertThat(listeners.isOwn(expecting)).isTrue();
        assertThat(listeners.isOwn(new InetSocketAddress("0.0.0.0", expecting.getPort())))
                .isTrue();
        assertThat(listeners.isOwn(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)))
                .isFalse();
        assertThat(listeners.isOwn(new InetSocketAddress("127.0.0.2", expecting.getPort())))
                .isFalse();
    }

    @Test
    void wildcardListener_ownsAllOfTheMachinesAddresses() throws IOException {
        var wildcards = new Listeners(loops);
        int port = wildcards
                .open(new InetSocketAddress("0.0.0.0", 0), new ListenerPipeline(List.of(), Echo::new))
                .getPort();
        for (String address : List.of("0.0.0.0", "127.0.0.1", "127.9.9.9", "::1")) {
            assertThat(wildcards.isOwn(new InetSocketAddress(address, port))).isTrue();
            assertThat(wildcards.isOwn(new InetSocketAddress(address, port ^ 1)))
                    .isFalse();
        }
        assertThat(wildcards.isOwn(new InetSocketAddress("203.0.113.1", port))).isFalse();
        wildcards.stopAccepting();
    }
}
