package dev.anyhost.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class PortsTest {

    @Test
    void freePorts_differ() {
        assertThat(Ports.free(20)).hasSize(20).doesNotHaveDuplicates();
    }

    @Test
    void freePort_canBeBound() throws IOException {
        try (ServerSocket socket = new ServerSocket(Ports.free(), 1, Ports.loopback())) {
            assertThat(socket.isBound()).isTrue();
        }
    }

    @Test
    void freePort_isNoneThatTheSystemGivesAwayByItself() {
        assertThat(Ports.outside(32_768, 60_999))
                .contains(10_000, 32_767, 61_000, 65_535)
                .doesNotContain(32_768, 60_999);
        assertThat(Ports.outside(1, 65_535)).isNotEmpty();
    }
}
