package dev.anyhost.local;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.store.FindResult;
import dev.anyhost.testkit.RawOrigin;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a proxy's log says, and what it never does: secrets that visitors, origins and its own keys carry. */
class PlantedSecretsTest {

    private static final String HOST = "shop.example";
    private static final String FORGED = "{\"timestamp\":1,\"formattedMessage\":\"forged\"}";
    /** In milliseconds. */
    private static final int PATIENCE = 30_000;

    @TempDir
    static Path folder;

    private static String head(String line, String... fields) {
        return line + " HTTP/1.1\r\nHost: " + HOST + "\r\n" + String.join("\r\n", fields)
                + (fields.length == 0 ? "" : "\r\n") + "Connection: close\r\n\r\n";
    }

    /** Each with a secret, where secrets are. */
    private static List<String> requests() {
        return List.of(
                head("GET /a?token=planted-query", "Authorization: Bearer planted-bearer", "Cookie: id=planted-cookie"),
                head("POST /b", "Content-Length: 12", "X-Api-Key: planted-key") + "planted-body",
                head("GET /c", "Proxy-Authorization: Basic planted-proxy", "Referer: https://a/?planted-referer"),
                head("GET /missing", "Cookie: planted-half\u0000"), // refused
                head("GET /planted-target\u0001"),
                head("GET /d%0d%0a" + FORGED.replace(" ", "").replace("\"", "%22"), "User-Agent: planted\u0085agent"),
                head("GET /e", "X: y\r\n" + FORGED),
                head("GET /f", "Content-Length: planted-length"),
                "planted-garbage\r\n\r\n");
    }

    private static void send(SSLSocket client, String request) throws IOException {
        client.setSoTimeout(PATIENCE);
        client.getOutputStream().write(request.getBytes(ISO_8859_1));
        assertThat(client.getInputStream().readAllBytes()).isNotEmpty();
    }

    private static void plain(int port, String request) throws IOException {
        try (var client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setSoTimeout(PATIENCE);
            client.getOutputStream().write(request.getBytes(ISO_8859_1));
            assertThat(client.getInputStream().readAllBytes()).isNotEmpty();
        }
    }

    private static List<String> keysOf(TestSystem system) throws IOException {
        var stored = (FindResult.Found) system.stored(HOST);
        byte[] key = stored.certificate().privateKey().getEncoded();
        String file = Files.readString(folder.resolve("certificates.key")).strip();
        return List.of(
                file,
                Base64.getEncoder().encodeToString(key).substring(60),
                Base64.getMimeEncoder().encodeToString(key).lines().toList().getLast(),
                "PRIVATE KEY");
    }

    @Test
    void log_hasOneJsonObjectForEachLineAndNoSecret() throws Exception {
        List<String> secrets = new ArrayList<>(List.of("planted"));
        List<String> lines;
        try (TestSystem system = new TestSystem(folder);
                RawOrigin origin = RawOrigin.start(
                        RawOrigin.Script.answering(
                                "HTTP/1.1 200 OK\r\nSet-Cookie: id=planted-answer\r\nContent-Length: 15\r\n\r\nplanted-content"))) {
            system.allow(HOST);
            try (ProxyProcess proxy = ProxyProcess.start(system, origin.uri(), List.of("-Xmx96m"), Map.of())) {
                var _ = system.untilServed(system.httpsPort, HOST);
                for (String request : requests()) {
                    try (SSLSocket client = system.client(system.httpsPort).connect(HOST)) {
                        send(client, request);
                    }
                    plain(system.httpPort, request);
                }
                secrets.addAll(keysOf(system));
                assertThat(proxy.terminate(java.time.Duration.ofSeconds(30))).isZero();
                lines = proxy.output();
            }
        }
        String all = String.join("\n", lines);
        assertThat(lines.stream().filter(line -> line.contains("dev.anyhost.access")))
                .hasSizeGreaterThanOrEqualTo(4);
        assertThat(all).doesNotContain(secrets);
        for (String line : lines) {
            JsonNode event = JsonMapper.shared().readTree(line);
            assertThat(event.get("formattedMessage").asString()).as(line).isNotEqualTo("forged");
            assertThat(event.get("timestamp").asLong()).as(line).isGreaterThan(1);
        }
    }
}
