package dev.anyhost.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FaultRelayTest {

    /** Says everything back, and ends when the peer ended. */
    private final RawOrigin echo = RawOrigin.start(connection -> {
        for (String line = connection.read(1); ; line = connection.read(1)) {
            connection.write(line);
        }
    });

    private final FaultRelay relay = FaultRelay.to(echo.port());

    @AfterEach
    void stop() {
        relay.close();
        echo.close();
    }

    @Test
    void faithfulRelay_passesBytesAndEndOnAndCounts() throws IOException {
        try (Socket client = connect()) {
            client.getOutputStream().write("hello".getBytes(US_ASCII));
            client.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes())
                    .asString(US_ASCII)
                    .isEqualTo("hello");
        }
        assertThat(relay.connections()).isEqualTo(1);
        assertThat(relay.bytesToTarget()).isEqualTo(5);
        assertThat(relay.bytesFromTarget()).isEqualTo(5);
    }

    @Test
    void delay_letsBytesArriveNoEarlier() throws IOException {
        relay.delay(Duration.ofMillis(50));
        try (Socket client = connect()) {
            long start = System.nanoTime();
            assertThat(echoed(client, 'x')).isEqualTo('x');
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(100));
        }
    }

    @Test
    void blackHole_swallowsUntilForwarding() throws IOException {
        try (Socket client = connect()) {
            assertThat(echoed(client, 'a')).isEqualTo('a');
            relay.blackHole();
            client.setSoTimeout(50);
            assertThatThrownBy(() -> echoed(client, 'b')).isInstanceOf(SocketTimeoutException.class);
            while (relay.bytesToTarget() < 2) {
                Thread.onSpinWait();
            }
            relay.forward();
            client.setSoTimeout(0);
            assertThat(echoed(client, 'c')).isEqualTo('c');
        }
    }

    @Test
    void reset_breaksOpenAndNewConnections() throws IOException {
        try (Socket client = connect()) {
            assertThat(echoed(client, 'a')).isEqualTo('a');
            relay.reset();
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
            assertThatThrownBy(() -> {
                        try (Socket next = connect()) {
                            next.getInputStream().read();
                        }
                    })
                    .isInstanceOf(SocketException.class);
        }
    }

    @Test
    void refusal_keepsOpenConnectionsAndEnds() throws IOException {
        try (Socket client = connect()) {
            assertThat(echoed(client, 'a')).isEqualTo('a');
            relay.refuse();
            assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
            assertThat(echoed(client, 'b')).isEqualTo('b');
            relay.forward();
            try (Socket next = connect()) {
                assertThat(echoed(next, 'c')).isEqualTo('c');
            }
        }
    }

    @Test
    void cut_comesAfterItsBytes() throws IOException {
        relay.cutAfter(3);
        try (Socket client = connect()) {
            client.getOutputStream().write("hello".getBytes(US_ASCII));
            assertThat(client.getInputStream().readNBytes(3)).asString(US_ASCII).isEqualTo("hel");
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void unreachableTarget_resetsTheClient() throws IOException {
        try (FaultRelay nowhere = FaultRelay.to(Ports.free());
                Socket client = new Socket(Ports.loopback(), nowhere.port())) {
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    private Socket connect() throws IOException {
        return new Socket(Ports.loopback(), relay.port());
    }

    private static char echoed(Socket client, char sent) throws IOException {
        client.getOutputStream().write(sent);
        return (char) client.getInputStream().read();
    }
}
