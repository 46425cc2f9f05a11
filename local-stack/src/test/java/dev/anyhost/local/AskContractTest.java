package dev.anyhost.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.anyhost.proxy.EdgeProxy;
import dev.anyhost.testkit.ChildProcess;
import dev.anyhost.testkit.ClientHello;
import dev.anyhost.testkit.RawOrigin;
import dev.anyhost.testkit.TlsAnswer;
import dev.anyhost.testkit.TlsProbe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The wire contract of Caddy's {@code on_demand_tls { ask … }}, of which either side can be swapped. */
class AskContractTest {

    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    @TempDir
    static Path folder;

    @Test
    void caddyThatAsksOurVerifier_issuesForWhoIsAllowedAndForNobodyElse() throws Exception {
        try (var system = new TestSystem(folder);
                ChildProcess caddy = caddy(system)) {
            caddy.awaitPort(system.httpsPort, START_LIMIT);
            system.allow("allowed.example");

            assertThat(system.untilServed(system.httpsPort, "allowed.example")).isPositive();
            assertThatThrownBy(() -> system.client(system.httpsPort).handshake("stranger.example"))
                    .isInstanceOf(SSLException.class);

            assertThat(system.asks("allowed.example")).isPositive();
            assertThat(system.asks("stranger.example")).isPositive();
            assertThat(system.pebble.orders()).isEqualTo(1);
        }
    }

    @Test
    void proxyThatAsksAForeignEndpoint_goesByItsStatusAlone() throws Exception {
        try (var system = new TestSystem(folder);
                RawOrigin foreign = RawOrigin.start(RawOrigin.Script.answering(request -> "HTTP/1.1 "
                        + (request.target().equals("/?domain=allowed.example") ? "200 OK" : "404 Not Found")
                        + "\r\nContent-Length: 0\r\n\r\n"));
                EdgeProxy proxy = system.proxy(
                        Map.of(system.verifier.uri().toString(), foreign.uri().toString()))) {
            int port = TestSystem.httpsPort(proxy);
            assertThat(system.untilServed(port, "allowed.example")).isPositive();
            assertThat(TlsProbe.of(port).send(ClientHello.forName("stranger.example")))
                    .isEqualTo(TlsAnswer.Alert.fatal(TlsAnswer.UNRECOGNIZED_NAME));
            assertThat(system.asks()).isZero();
        }
    }

    private static ChildProcess caddy(TestSystem system) throws IOException {
        Path program = ChildProcess.find("caddy").orElseThrow();
        Path config = Files.writeString(folder.resolve("caddyfile"), """
                {
                  admin off
                  default_bind 127.0.0.1
                  http_port %d
                  https_port %d
                  acme_ca %s
                  acme_ca_root %s
                  storage file_system %s
                  on_demand_tls {
                    ask %s
                  }
                }
                https:// {
                  tls {
                    on_demand
                  }
                  reverse_proxy %s
                }
                """.formatted(
                        system.httpPort,
                        system.httpsPort,
                        system.pebble.directory(),
                        system.pebble.trustedRoots(),
                        folder.resolve("storage"),
                        system.verifier.uri(),
                        system.origin.uri()));
        return ChildProcess.start(
                List.of(program.toString(), "run", "--adapter", "caddyfile", "--config", config.toString()),
                Map.of("HOME", folder.toString()),
                Optional.of(folder));
    }
}
