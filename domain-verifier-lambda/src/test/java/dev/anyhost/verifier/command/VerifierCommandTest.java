package dev.anyhost.verifier.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.testkit.ChildProcess;
import dev.anyhost.verifier.TestWhitelist;
import dev.anyhost.verifier.api.ApiKeys;
import dev.anyhost.verifier.api.TestApi;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifierCommandTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final TestWhitelist WHITELIST = TestWhitelist.start();

    private final Path config;

    VerifierCommandTest(@TempDir Path folder) {
        config = folder.resolve("verifier.yaml");
    }

    @AfterAll
    static void stop() {
        WHITELIST.close();
    }

    private ChildProcess start(String listen, String whitelist) throws IOException {
        Files.writeString(config, "listen: " + listen + "\nwhitelist: {" + whitelist + "}\n");
        return ChildProcess.start(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                VerifierMain.class.getName(),
                "--config",
                config.toString()));
    }

    @Test
    void verifier_saysWhereItIs_answers_andEndsWithZeroOnSigterm() throws Exception {
        try (var verifier = start("127.0.0.1:0", "endpoint: " + WHITELIST.endpoint());
                var http = HttpClient.newHttpClient()) {
            var line = verifier.awaitLine(Pattern.compile("^Verifier: (http://127\\.0\\.0\\.1:[0-9]+/)$"), LIMIT);
            var asked = HttpRequest.newBuilder(URI.create(line.group(1) + "?domain=active.example"))
                    .build();
            assertThat(http.send(asked, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
            verifier.awaitLine(Pattern.compile("^Domains API: off \\(api-keys names no file\\)$"), LIMIT);
            var closed = HttpRequest.newBuilder(URI.create(line.group(1) + "v1/domains"))
                    .build();
            assertThat(http.send(closed, BodyHandlers.ofString()).statusCode()).isEqualTo(404);
            assertThat(verifier.terminate(LIMIT)).isZero();
            assertThat(verifier.output()).hasSize(3);
        }
    }

    @Test
    void verifierWithKeys_servesTheApiToo() throws Exception {
        String keys = "\napi-keys: " + TestApi.keyFile() + "\nedge-domain: edge.example";
        try (var verifier = start("127.0.0.1:0" + keys, "endpoint: " + WHITELIST.endpoint());
                var http = HttpClient.newHttpClient()) {
            var line = verifier.awaitLine(Pattern.compile("^Domains API: (http://.*/v1/domains)$"), LIMIT);
            var asked = HttpRequest.newBuilder(URI.create(line.group(1) + "/active.example"));
            assertThat(http.send(asked.build(), BodyHandlers.ofString()).statusCode())
                    .isEqualTo(401);
            asked.header("Authorization", "Bearer " + TestApi.ADMIN);
            assertThat(http.send(asked.build(), BodyHandlers.ofString()).body())
                    .contains("\"hostname\":\"active.example\"", "\"tenant\":\"acme\"", ".edge.example\"");
        }
    }

    @Test
    void badKey_exit2NamingFileAndLine() throws Exception {
        Path keys = Files.writeString(config.resolveSibling("keys"), "# none yet\nsecret admin\n");
        String more = "\napi-keys: keys\nedge-domain: edge.example";
        try (var verifier = start("127.0.0.1:0" + more, "endpoint: " + WHITELIST.endpoint())) {
            assertThat(verifier.endedWithin(LIMIT)).isTrue();
            assertThat(verifier.exitCode()).isEqualTo(2);
            assertThat(verifier.output())
                    .containsExactly("api-keys: " + keys + ": line 2 (expected: " + ApiKeys.LINE_EXPECTED + ")");
        }
    }

    @Test
    void takenAddress_exit1NamingIt() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var verifier = start("127.0.0.1:" + taken.getLocalPort(), "endpoint: " + WHITELIST.endpoint())) {
            assertThat(verifier.endedWithin(LIMIT)).isTrue();
            assertThat(verifier.exitCode()).isEqualTo(1);
            assertThat(verifier.output().getLast())
                    .isEqualTo("listen: 127.0.0.1:" + taken.getLocalPort()
                            + " can't be listened on: Address already in use");
        }
    }

    @Test
    void missingTable_exit1NamingIt() throws Exception {
        try (var verifier = start("127.0.0.1:0", "table: not-there, endpoint: " + WHITELIST.endpoint())) {
            assertThat(verifier.endedWithin(LIMIT)).isTrue();
            assertThat(verifier.exitCode()).isEqualTo(1);
            assertThat(verifier.output()).containsExactly("table not-there doesn't exist");
        }
    }

    @Test
    void wrongConfig_exit2WithEveryMistake() throws Exception {
        try (var verifier = start("here", "tabel: x")) {
            assertThat(verifier.endedWithin(LIMIT)).isTrue();
            assertThat(verifier.exitCode()).isEqualTo(2);
            assertThat(verifier.output())
                    .containsExactly(
                            "listen: here (expected: an IP address and port, such as 127.0.0.1:9181 or [::]:443)",
                            "whitelist.tabel: unknown key (expected: did you mean whitelist.table?)");
        }
    }
}
