package dev.anyhost.verifier.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeysTest {

    private static final String HASH = "sha256:" + "0123456789abcdef".repeat(4);

    private final Path file;

    ApiKeysTest(@TempDir Path folder) {
        file = folder.resolve("keys");
    }

    private static Optional<Caller> caller(ApiKeys.Read read, String key) {
        var request = new ApiRequest(
                "GET",
                "/",
                "",
                Map.of("authorization", "Bearer " + key),
                new ApiRequest.Payload.Bytes(new byte[0]),
                Optional.empty());
        return ((ApiKeys.Read.Keys) read).keys().of(request);
    }

    @Test
    void file_commentsBlankLinesAndKeys() throws IOException {
        String admin = ApiKeys.generate();
        String tenant = ApiKeys.generate();
        Files.write(
                file,
                List.of(
                        "# operators",
                        "",
                        "  " + ApiKeys.line(admin, Optional.empty()) + "  ",
                        "\t",
                        ApiKeys.line(tenant, Optional.of("B\u00fccher & S\u00f6hne"))));
        var read = ApiKeys.read(file);
        assertThat(caller(read, admin)).contains(new Caller.Admin());
        assertThat(caller(read, tenant)).contains(new Caller.Tenant("B\u00fccher & S\u00f6hne"));
        assertThat(caller(read, ApiKeys.generate())).isEmpty();
        assertThat(caller(read, "")).isEmpty();
        assertThat(Files.readString(file)).doesNotContain(admin, tenant);
    }

    @Test
    void keys_areLongAndNeverTheSame() {
        String key = ApiKeys.generate();
        assertThat(key).matches("anyhost_[A-Za-z0-9_-]{43}").isNotEqualTo(ApiKeys.generate());
        // The hash that sha256sum prints: people may make the line themselves.
        assertThat(ApiKeys.line("abc", Optional.empty()))
                .isEqualTo("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad admin");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "admin",
                "anyhost_secret admin",
                "HASH",
                "HASH root",
                "HASH admin x",
                "HASH tenant",
                "HASH0 admin",
                "sha256:00 admin",
                "md5:00 admin"
            })
    void badLine_isNamed_andNotQuoted(String line) throws IOException {
        Files.write(file, List.of("# keys", HASH + " admin", line.replace("HASH", HASH)));
        assertThat(ApiKeys.read(file))
                .isEqualTo(new ApiKeys.Read.Wrong(file + ": line 3 (expected: sha256:<64 hexadecimal digits> admin, "
                        + "or sha256:<64 hexadecimal digits> tenant <tenant>)"));
    }

    @Test
    void missingFile_isNamed() {
        assertThat(ApiKeys.read(file))
                .isEqualTo(new ApiKeys.Read.Wrong(file + ": can't be read (expected: a readable file of API keys)"));
    }
}
