package dev.anyhost.local;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.EdgeProxy;
import dev.anyhost.testkit.ChildProcess;
import dev.anyhost.testkit.OriginConnection;
import dev.anyhost.testkit.RawOrigin;
import dev.anyhost.testkit.RawRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A page with resources, and its WebSocket, in headless Chromium. */
class BrowserTest {

    private static final String HOST = "shop.example";
    private static final String PAGE = """
            <!doctype html>
            <link rel="stylesheet" href="/style.css">
            <script src="/one.js"></script>
            <script src="/two.js"></script>
            <script>
              onload = () => {
                const socket = new WebSocket("wss://" + location.host + "/socket");
                socket.onmessage = message => {
                  const seen = performance.getEntriesByType("navigation")
                      .concat(performance.getEntriesByType("resource"))
                      .map(entry => new URL(entry.name).pathname + " " + entry.nextHopProtocol);
                  fetch("/report", {method: "POST", body: seen.concat("socket " + message.data, one, two).join("\\n")});
                };
              };
            </script>
            """;

    @TempDir
    static Path folder;

    @Test
    void pageResourcesAndWebSocket_comeByHttp2() throws Exception {
        Path log = folder.resolve("net-log.json");
        try (TestSystem system = new TestSystem(folder);
                RawOrigin origin = RawOrigin.start(BrowserTest::serve);
                EdgeProxy proxy = TestSystem.ready(system.start(origin.uri(), Map.of()))) {
            system.allow(HOST);
            var _ = system.untilServed(system.httpsPort, HOST);
            RawRequest report;
            try (ChildProcess browser = browser(log, "https://" + HOST + ":" + TestSystem.httpsPort(proxy) + "/")) {
                report = origin.takeRequest();
                while (!report.target().equals("/report")) {
                    report = origin.takeRequest();
                }
                var _ = browser.terminate(Duration.ofSeconds(10));
            }
            assertThat(report.body().lines())
                    .contains("/ h2", "/style.css h2", "/one.js h2", "/two.js h2", "socket hello", "1", "2");
            assertThat(log).content().contains(":protocol: websocket");
        }
    }

    private static ChildProcess browser(Path log, String url) {
        return ChildProcess.start(
                List.of(
                        "chromium-headless-shell",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--ignore-certificate-errors",
                        "--host-resolver-rules=MAP * 127.0.0.1",
                        "--user-data-dir=" + folder.resolve("browser"),
                        "--remote-debugging-port=0", // else it ends with the page
                        "--log-net-log=" + log,
                        "--net-log-capture-mode=Everything",
                        url),
                Map.of("HOME", folder.toString()),
                Optional.of(folder));
    }

    private static void serve(OriginConnection connection) throws IOException {
        for (var request = connection.readRequest(); request.isPresent(); request = connection.readRequest()) {
            switch (request.get().target()) {
                case "/" -> connection.write(answer("text/html", PAGE));
                case "/style.css" -> connection.write(answer("text/css", "body { color: green }"));
                case "/one.js" -> connection.write(answer("text/javascript", "const one = 1;"));
                case "/two.js" -> connection.write(answer("text/javascript", "const two = 2;"));
                case "/socket" -> {
                    connection.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Accept: " + accept(request.get()) + "\r\n\r\n" + "\u0081\u0005hello");
                    var _ = connection.readToEnd();
                    return;
                }
                default -> connection.write(answer("text/plain", ""));
            }
        }
    }

    private static String answer(String type, String body) {
        return "HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private static String accept(RawRequest request) {
        String key = request.header("Sec-WebSocket-Key").orElseThrow() + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1").digest(key.getBytes(ISO_8859_1)));
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }
}
