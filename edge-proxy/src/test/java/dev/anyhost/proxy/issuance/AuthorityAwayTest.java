package dev.anyhost.proxy.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.issuance.IssuanceOutcome.Cause;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An authority that can't be reached, or doesn't answer. */
class AuthorityAwayTest {

    private final ScriptedAttempt attempt = new ScriptedAttempt();

    @AfterEach
    void stop() {
        attempt.close();
    }

    @Test
    void authorityThatIsDown_isUnreachable() throws Exception {
        int port;
        try (ServerSocket closed = new ServerSocket(0)) {
            port = closed.getLocalPort();
        }

        assertThat(ScriptedAttempt.causeOf(attempt.issueAt(URI.create("https://127.0.0.1:" + port + "/dir"))))
                .isEqualTo(Cause.UNREACHABLE);
    }

    @Test
    void authorityThatNeverAnswers_isUnreachable() throws Exception {
        try (ServerSocket silent = new ServerSocket(0)) {
            URI directory = URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/dir");

            assertThat(ScriptedAttempt.causeOf(attempt.issueAt(directory))).isEqualTo(Cause.UNREACHABLE);
        }
    }

    @Test
    void authorityWhoseBodyNeverEnds_isUnreachable() throws Exception {
        try (ServerSocket slow = new ServerSocket(0)) {
            Thread.startVirtualThread(() -> beginAnswer(slow));
            URI directory = URI.create("http://127.0.0.1:" + slow.getLocalPort() + "/dir");

            assertThat(ScriptedAttempt.causeOf(attempt.issueAt(directory))).isEqualTo(Cause.UNREACHABLE);
        }
    }

    /** The connection stays open until the client leaves. */
    private static void beginAnswer(ServerSocket server) {
        try (Socket client = server.accept()) {
            client.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
                            .getBytes(StandardCharsets.US_ASCII));
            client.getInputStream().readAllBytes();
        } catch (IOException testIsOver) {
            Thread.currentThread().interrupt();
        }
    }
}
