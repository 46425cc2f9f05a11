package dev.anyhost.proxy.listen;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.concurrent.RateLimit;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who gets in through a listener, by real connections; who gets in hears what it says. */
class ConnectionGateTest {

    private static final List<Cidr> LOOPBACK = cidrs("127.0.0.0/8");
    private static final byte[] LOCAL = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a20000000");
    private static final ConnectionGate.Rules OPEN = ConnectionGate.Rules.NONE;

    private final EventLoops loops = EventLoops.start();
    private final Listeners listeners = new Listeners(loops);
    private final Queue<String> refusals = new ConcurrentLinkedQueue<>();
    private final AtomicLong clock = new AtomicLong();
    private final List<Socket> sockets = new ArrayList<>();
    private ConnectionGate gate = new ConnectionGate(OPEN, refusals::add, clock::get);

    @AfterEach
    void stop() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        listeners.stopAccepting();
        listeners.awaitEmpty(Duration.ZERO);
        loops.close();
    }

    private static List<Cidr> cidrs(String... blocks) {
        return List.of(blocks).stream()
                .map(block -> Cidr.parse(block).orElseThrow())
                .toList();
    }

    private static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ctx.writeAndFlush(message);
        }
    }

    private InetSocketAddress open(ConnectionGate.Rules rules, List<Cidr> loadBalancers) throws IOException {
        gate = new ConnectionGate(rules, refusals::add, clock::get);
        return listeners.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new ListenerPipeline(loadBalancers, Echo::new, gate, Optional.empty()));
    }

    private final AtomicBoolean shortOfMemory = new AtomicBoolean();

    @Test
    void shortMemory_closesWhatIsNewAndLeavesWhatIsThere() throws IOException {
        gate = new ConnectionGate(OPEN, refusals::add, clock::get, shortOfMemory::get);
        InetSocketAddress address = listeners.open(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new ListenerPipeline(List.of(), Echo::new, gate, Optional.empty()));
        assertThat(isTaken(address)).isTrue();
        shortOfMemory.set(true);
        assertThat(isTaken(address)).isFalse();
        assertThat(refusals).containsExactly("memory");
        sockets.getFirst().getOutputStream().write('y');
        assertThat(sockets.getFirst().getInputStream().read()).isEqualTo('y');
        shortOfMemory.set(false);
        assertThat(isTaken(address)).isTrue();
    }

    /** A connection, and whether it was taken. */
    private boolean isTaken(InetSocketAddress to, byte[] header) throws IOException {
        var socket = new Socket(to.getAddress(), to.getPort());
        sockets.add(socket);
        socket.setSoTimeout(20_000);
        try {
            socket.getOutputStream().write(header);
            socket.getOutputStream().write('x');
            return socket.getInputStream().read() == 'x';
        } catch (SocketException reset) {
            return false;
        }
    }

    private boolean isTaken(InetSocketAddress to) throws IOException {
        return isTaken(to, new byte[0]);
    }

    private static byte[] from(String client) {
        return ("PROXY TCP4 " + client + " 192.0.2.1 54321 443\r\n").getBytes(ISO_8859_1);
    }

    /** Until the proxy has seen the end of connections. */
    private void awaitOpen(int connections) {
        while (gate.open() != connections) {
            Thread.onSpinWait();
        }
    }

    private static ConnectionGate.Rules allowing(String... blocks) {
        return new ConnectionGate.Rules(
                cidrs(blocks), OPEN.inAll(), OPEN.perClient(), OPEN.newPerClient(), OPEN.many());
    }

    @Test
    void sourceInARange_isTakenAndAnyOtherClosed() throws IOException {
        assertThat(isTaken(open(allowing("10.0.0.0/8", "127.0.0.1/32"), List.of())))
                .isTrue();
        assertThat(refusals).isEmpty();
        assertThat(isTaken(open(allowing("10.0.0.0/8", "2001:db8::/32"), List.of())))
                .isFalse();
        assertThat(refusals).containsExactly("allow-from");
    }

    @Test
    void clientBehindALoadBalancer_isJudgedByItsOwnAddress() throws IOException {
        InetSocketAddress address = open(allowing("203.0.113.0/24"), LOOPBACK);
        assertThat(isTaken(address, from("203.0.113.7"))).isTrue();
        assertThat(isTaken(address, from("198.51.100.7"))).isFalse();
        assertThat(isTaken(address, "PROXY UNKNOWN\r\n".getBytes(ISO_8859_1))).isFalse();
        assertThat(refusals).containsExactly("allow-from", "allow-from");
    }

    @Test
    void loadBalancersOwnCheck_isAlwaysTaken() throws IOException {
        assertThat(isTaken(open(allowing("203.0.113.0/24"), LOOPBACK), LOCAL)).isTrue();
    }

    @Test
    void connectionsInAll_haveAnEndAndComeBack() throws IOException {
        InetSocketAddress address = open(
                new ConnectionGate.Rules(List.of(), Optional.of(2), OPEN.perClient(), OPEN.newPerClient(), OPEN.many()),
                List.of());
        assertThat(isTaken(address)).isTrue();
        assertThat(isTaken(address)).isTrue();
        assertThat(isTaken(address)).isFalse();
        assertThat(refusals).containsExactly("connections");
        sockets.getFirst().close();
        awaitOpen(1);
        assertThat(isTaken(address)).isTrue();
    }

    @Test
    void oneClientsConnections_areCountedApartFromOthers() throws IOException {
        InetSocketAddress address = open(
                new ConnectionGate.Rules(
                        List.of(), OPEN.inAll(), Optional.of(2), OPEN.newPerClient(), cidrs("198.51.100.0/24")),
                LOOPBACK);
        assertThat(isTaken(address, from("203.0.113.7"))).isTrue();
        assertThat(isTaken(address, from("203.0.113.7"))).isTrue();
        assertThat(isTaken(address, from("203.0.113.7"))).isFalse();
        assertThat(isTaken(address, from("203.0.113.8"))).isTrue();
        assertThat(refusals).containsExactly("connections-per-client");
        for (int i = 0; i < 4; i++) {
            assertThat(isTaken(address, from("198.51.100.7"))).isTrue();
            assertThat(isTaken(address, "PROXY UNKNOWN\r\n".getBytes(ISO_8859_1)))
                    .isTrue();
        }
        awaitOpen(11);
        sockets.getFirst().close();
        awaitOpen(10);
        assertThat(isTaken(address, from("203.0.113.7"))).isTrue();
    }

    @Test
    void clientThatConnectsTooOften_isClosedUntilTimeHasPassed() throws IOException {
        InetSocketAddress address = open(
                new ConnectionGate.Rules(
                        List.of(),
                        OPEN.inAll(),
                        OPEN.perClient(),
                        Optional.of(new RateLimit(2, Duration.ofSeconds(10))),
                        OPEN.many()),
                List.of());
        assertThat(isTaken(address)).isTrue();
        assertThat(isTaken(address)).isTrue();
        assertThat(isTaken(address)).isFalse();
        clock.addAndGet(Duration.ofSeconds(5).toNanos() + 1_000);
        assertThat(isTaken(address)).isTrue();
        assertThat(isTaken(address)).isFalse();
        assertThat(refusals).containsExactly("new-connections-per-client", "new-connections-per-client");
    }
}
