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
}
