package dev.anyhost.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TcpBalancerTest {

    private final RawOrigin one = RawOrigin.start(connection -> connection.write("1" + connection.readToEnd()));
    private final RawOrigin two = RawOrigin.start(connection -> connection.write("2" + connection.readToEnd()));
    private final TcpBalancer balancer = TcpBalancer.start(0, List.of(one.port(), two.port()));

    @AfterEach
    void stop() {
        balancer.close();
        one.close();
        two.close();
    }

    @Test
    void connections_goToTheTargetsInTurn() throws IOException {
        assertThat(List.of(exchange("a"), exchange("b"), exchange("c"))).containsExactly("1a", "2b", "1c");
        balancer.to(List.of(two.port()));
        assertThat(exchange("d")).isEqualTo("2d");
    }

    @Test
    void deadTarget_isPassedOver() throws IOException {
        one.close();
        assertThat(List.of(exchange("a"), exchange("b"))).containsExactly("2a", "2b");
    }

    private String exchange(String sent) throws IOException {
        try (Socket client = new Socket(Ports.loopback(), balancer.port())) {
            client.getOutputStream().write(sent.getBytes(US_ASCII));
            client.shutdownOutput();
            return new String(client.getInputStream().readAllBytes(), US_ASCII);
        }
    }
}
