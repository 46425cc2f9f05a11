package dev.anyhost.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class OpensslClientTest {

    private static final String NAME = "shop.example";
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n";

    private final TestCa ca = TestCa.create("Test Root");

    @TempDir
    private Path folder;

    private JdkTlsServer server;

    @BeforeEach
    void start() {
        server = JdkTlsServer.start(ca.issue(NAME), "http/1.1");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void storedSession_isResumed(String version) {
        OpensslClient client = OpensslClient.to(server.port()).with(version);
        Path session = folder.resolve("session");

        OpensslClient.Run first = client.start(NAME, session, REQUEST);
        assertThat(first.connected()).as(first.output()).isTrue();
        assertThat(first.resumed()).isFalse();
        assertThat(first.output()).contains("hello");

        OpensslClient.Run second = client.resume(NAME, session, REQUEST);
        assertThat(second.resumed()).as(second.output()).isTrue();
        assertThat(second.leaf()).contains(server.identity().leaf());
    }

    @Test
    void trustedRoot_verifiesCertificateAndProtocol() throws Exception {
        OpensslClient.Run run = OpensslClient.to(server.port())
                .trusting(ca.writeRoot(folder.resolve("root.pem")))
                .with("-alpn", "http/1.1")
                .run(NAME, REQUEST);
        assertThat(run.verified()).as(run.output()).isTrue();
        assertThat(run.protocol()).contains("TLSv1.3");
        assertThat(run.alpn()).contains("http/1.1");
        assertThat(run.leaf()).contains(server.identity().leaf());
        assertThat(run.alert()).isEmpty();
    }

    @Test
    void otherName_isNotVerified() throws Exception {
        OpensslClient.Run run = OpensslClient.to(server.port())
                .trusting(ca.writeRoot(folder.resolve("root.pem")))
                .run("other.example", REQUEST);
        assertThat(run.verified()).isFalse();
        assertThat(run.connected()).isFalse();
    }

    @Test
    void alert_isReported() {
        OpensslClient.Run run =
                OpensslClient.to(server.port()).with("-alpn", "nothing").run(NAME, REQUEST);
        assertThat(run.connected()).isFalse();
        assertThat(run.alert()).contains(120);
    }
}
