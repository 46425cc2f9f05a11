package dev.anyhost.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatObject;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigReaderTest {

    private static final Map<String, String> ENVIRONMENT =
            Map.of("PORT", "8443", "SECRET", "hunter2", "EMPTY", "", "PORTS", "1, 2,3");

    private final Path folder;
    private final Path file;

    ConfigReaderTest(@TempDir Path folder) {
        this.folder = folder.toAbsolutePath();
        file = folder.resolve("test.yaml");
    }

    private <T> T valid(String yaml, Function<ConfigSection, T> shape) {
        return ((ConfigResult.Valid<T>) read(yaml, shape)).value();
    }

    private <T> List<String> errors(String yaml, Function<ConfigSection, T> shape) {
        return ((ConfigResult.Invalid<T>) read(yaml, shape))
                .errors().stream().map(ConfigError::toString).toList();
    }

    private <T> ConfigResult<T> read(String yaml, Function<ConfigSection, T> shape) {
        try {
            Files.writeString(file, yaml);
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
        return ConfigReader.read(file, name -> Optional.ofNullable(ENVIRONMENT.get(name)), shape);
    }

    @Test
    void scalars_keepTheTextOfTheFile() {
        assertThatObject(valid("a: 0123", root -> root.text("a", ""))).isEqualTo("0123");
        assertThatObject(valid("a: 1.10", root -> root.text("a", ""))).isEqualTo("1.10");
        assertThatObject(valid("a: True", root -> root.text("a", ""))).isEqualTo("True");
        assertThatObject(valid("a: 2026-11-21", root -> root.text("a", ""))).isEqualTo("2026-11-21");
        assertThatObject(valid("a: 1_000", root -> root.text("a", ""))).isEqualTo("1_000");
        assertThatObject(valid("a: 0x1F", root -> root.text("a", ""))).isEqualTo("0x1F");
        assertThatObject(valid("a: 'it''s'", root -> root.text("a", ""))).isEqualTo("it's");
        assertThatObject(valid("a: 127.0.0.1:80 # here", root -> root.text("a", "")))
                .isEqualTo("127.0.0.1:80");
        assertThatObject(valid("a: kms:arn:aws:kms:us-east-1:1:key/x", root -> root.text("a", "")))
                .isEqualTo("kms:arn:aws:kms:us-east-1:1:key/x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a:", "a: null", "# only a comment", "---", "a: ${EMPTY}", "a: ${NO:}", "a: '${NO:}${EMPTY}'"
            })
    void absent_givesTheFallback(String yaml) {
        assertThatObject(valid(yaml, root -> root.text("a", "fallback"))).isEqualTo("fallback");
        assertThatObject(valid(yaml, root -> root.section("a").text("b", "fallback")))
                .isEqualTo("fallback");
        assertThatObject(valid(yaml, root -> root.list("a", List.of("x"), "text", ConfigValues::text)))
                .isEqualTo(List.of("x"));
        assertThatObject(valid(yaml, root -> root.path("a"))).isEqualTo(Optional.empty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "${PORT}              | 8443",
                "'127.0.0.1:${PORT}'  | 127.0.0.1:8443",
                "${PORT:1}-${NO:2}    | 8443-2",
                "${NO:}x              | x",
                "${EMPTY:full}x       | x",
                "${NO:a:b}            | a:b",
                "$PORT                | $PORT",
                "5$                   | 5$"
            })
    void environment_isFilledIn(String value, String filled) {
        assertThatObject(valid("a: " + value, root -> root.text("a", ""))).isEqualTo(filled);
    }

    @Test
    void environment_valuesAreNotFilledInAgainAndMayHaveAnyCharacter() throws IOException {
        Files.writeString(file, "a: x${V}y");
        var result = ConfigReader.read(file, _ -> Optional.of("${V}\\$1: #\n"), root -> root.text("a", ""));
        assertThat(result).isEqualTo(new ConfigResult.Valid<>("x${V}\\$1: #\ny"));
    }

    @Test
    void environment_mistakes() {
        assertThat(errors(
                        "a: ${NO}\nb: ${}\nc: ${1X}\nd: ${OPEN",
                        root -> List.of(
                                root.text("a", ""), root.text("b", ""), root.text("c", ""), root.text("d", ""))))
                .containsExactly(
                        "a: ${NO} (expected: the environment variable NO to be set)",
                        "b: ${} (expected: ${NAME} or ${NAME:default})",
                        "c: ${1X} (expected: ${NAME} or ${NAME:default})",
                        "d: ${OPEN (expected: ${NAME} or ${NAME:default})");
    }

    @Test
    void environment_valueIsNeverShown() {
        assertThat(errors("a: ${SECRET}", root -> root.flag("a", true)))
                .containsExactly("a: ${SECRET} (expected: true or false)");
    }

    @Test
    void everyMistakeAtOnce_withDottedKeys() {
        assertThat(errors("""
                listen: {https: 443, htttp: x}
                drain: {grace: 30, announce: 2h}
                size: 16KB
                count: 11
                flag: yes
                mode: fast
                list: [1s, nonsense, {a: b}, null]
                url: example.com
                section: text
                scalar: {a: b}
                items: [[a]]
                unknown: {deep: x}
                """, ConfigReaderTest::everything))
                .containsExactly(
                        "listen.https: 443 (expected: an IP address and port, such as 127.0.0.1:9181 or [::]:443)",
                        "drain.grace: 30 (expected: a duration such as 250ms, 30s, 5m, 2h or 1d, from 0s to 1h)",
                        "drain.announce: 2h (expected: a duration such as 250ms, 30s, 5m, 2h or 1d, from 0s to 1h)",
                        "size: 16KB (expected: a size such as 512B, 16KiB, 4MiB or 1GiB, from 1B to 100000B)",
                        "count: 11 (expected: a whole number from 1 to 10)",
                        "flag: yes (expected: true or false)",
                        "mode: fast (expected: one of a, b)",
                        "list[1]: nonsense (expected: a duration)",
                        "list[2]: a section (expected: a duration)",
                        "list[3]: null (expected: a duration)",
                        "url: example.com (expected: an absolute http or https URL)",
                        "section: text (expected: a section of keys and values)",
                        "scalar: a section (expected: text)",
                        "items[0]: a list (expected: text)",
                        "required: missing (expected: an e-mail address)",
                        "keys: missing (expected: at least one of: text)",
                        "unknown: unknown key (expected: one of listen, drain, size, count, flag, mode, list, url,"
                                + " section, scalar, items, required, keys)",
                        "listen.htttp: unknown key (expected: did you mean listen.http?)");
    }

    private static boolean everything(ConfigSection root) {
        var any = new InetSocketAddress(0);
        root.section("listen").address("https", any);
        root.section("listen");
        var listen = root.section("listen");
        listen.value("https", any, "", _ -> Optional.of(any));
        listen.address("http", any);
        root.section("drain").duration("grace", Duration.ZERO, Duration.ZERO, Duration.ofHours(1));
        root.section("drain").duration("announce", Duration.ZERO, Duration.ZERO, Duration.ofHours(1));
        var drain = root.section("drain");
        drain.optional("grace", "", Optional::of);
        drain.optional("announce", "", Optional::of);
        root.size("size", 1, 1, 100_000);
        root.integer("count", 1, 1, 10);
        root.flag("flag", false);
        root.choice("mode", 1, Map.of("b", 1, "a", 2));
        root.list("list", List.of(), "a duration", ConfigValues::duration);
        root.url("url");
        root.section("section");
        root.text("scalar", "");
        root.list("items", List.of(), "text", ConfigValues::text);
        root.requiredText("required", "an e-mail address");
        root.requiredList("keys", "text", ConfigValues::text);
        return true;
    }

    @ParameterizedTest
    @ValueSource(strings = {"a: 1,2, 3", "a: ${PORTS}", "a: [1, 2, 3]", "a: '1, ${NO:2},3'"})
    void list_isOneTextWithCommasOrSeveral(String yaml) {
        assertThatObject(valid(yaml, root -> root.list("a", List.of(), "a number", ConfigValues::integer)))
                .isEqualTo(List.of(1, 2, 3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1,,2", "1,", "',1'", "1;2", "1,x", "${PORTS},", "','"})
    void listAsOneText_withAWrongValue_isOneMistake(String text) {
        assertThat(errors("a: " + text, root -> root.list("a", List.of(), "a number", ConfigValues::integer)))
                .containsExactly("a: " + text.replace("'", "") + " (expected: a number)");
    }

    @Test
    void required_withAnEmptyVariable_isMissing() {
        assertThat(errors(
                        "a: ${EMPTY}\nb: ${NO:}",
                        root -> root.requiredText("a", "a name")
                                + root.requiredList("b", "a name", ConfigValues::text)))
                .containsExactly("a: missing (expected: a name)", "b: missing (expected: at least one of: a name)");
    }

    @Test
    void requiredList_emptyIsAMistake_aSingleValueIsAList() {
        Function<ConfigSection, List<String>> shape = root -> root.requiredList("keys", "text", ConfigValues::text);
        assertThat(errors("keys: []", shape)).containsExactly("keys: [] (expected: at least one of: text)");
        assertThat(errors("keys: ''", shape)).containsExactly("keys: \"\" (expected: text)");
        assertThatObject(valid("keys: one", shape)).isEqualTo(List.of("one"));
        assertThatObject(valid("keys: [one, two]", shape)).isEqualTo(List.of("one", "two"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: b: c",
                "a: [",
                "a: 1\na: 2",
                "s: {a: 1, a: 2}",
                "a: &x 1\nb: *x",
                "a: 1\n---\nb: 2",
                "\tx: 1",
                "%"
            })
    void notOneDocument_oneMistakeThatNamesTheFile(String yaml) {
        assertThat(errors(yaml, _ -> ""))
                .singleElement()
                .asString()
                .startsWith(file + ": ")
                .endsWith(" (expected: one YAML document)")
                .doesNotContain("\n");
    }

    @Test
    void rootOfAnotherShape_isAMistake() {
        assertThat(errors("just text", _ -> ""))
                .containsExactly("file: just text (expected: a section of keys and values)");
        assertThat(errors("[a]", _ -> "")).containsExactly("file: a list (expected: a section of keys and values)");
    }

    @Test
    void unreadableFile_isAMistake() throws IOException {
        Function<ConfigSection, String> shape = _ -> "";
        Path missing = file.resolveSibling("missing.yaml");
        assertThat(ConfigReader.read(missing, _ -> Optional.empty(), shape))
                .isEqualTo(new ConfigResult.Invalid<>(
                        List.of(new ConfigError(missing.toString(), "can't be read", "a readable YAML file"))));
        Files.write(file, "a: \u00fc".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(ConfigReader.read(file, _ -> Optional.empty(), shape))
                .isEqualTo(new ConfigResult.Invalid<>(
                        List.of(new ConfigError(file.toString(), "not UTF-8", "a YAML file"))));
    }

    @Test
    void paths_startFromTheFile() {
        assertThatObject(valid("a: keys/one", root -> root.path("a")))
                .isEqualTo(Optional.of(folder.resolve("keys/one")));
        assertThatObject(valid("a: /etc/keys", root -> root.path("a"))).isEqualTo(Optional.of(Path.of("/etc/keys")));
        assertThatObject(valid("", ConfigSection::base)).isEqualTo(folder);
    }

    @ParameterizedTest
    @CsvSource({"0s, PT0S", "250ms, PT0.25S", "30s, PT30S", "5m, PT5M", "2h, PT2H", "1d, PT24H"})
    void duration_readAndShown(String text, Duration duration) {
        assertThat(ConfigValues.duration(text)).contains(duration);
        assertThat(ConfigValues.show(duration)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0B, 0", "512B, 512", "16KiB, 16384", "4MiB, 4194304", "1GiB, 1073741824"})
    void size_inBytes(String text, long bytes) {
        assertThat(ConfigValues.size(text)).contains(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "30", "s", "-1s", "1.5h", "1 s", "1S", "1w", "9999999999s", "16KB", "16kib", "1KiB "})
    void neitherDurationNorSize(String text) {
        assertThat(ConfigValues.duration(text)).isEmpty();
        assertThat(ConfigValues.size(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:9181, 127.0.0.1",
        "0.0.0.0:0, 0.0.0.0",
        "[::1]:443, ::1",
        "[::]:65535, ::",
        "localhost:80, 127.0.0.1"
    })
    void address_literal(String text, String host) {
        int port = Integer.parseInt(text.substring(text.lastIndexOf(':') + 1));
        assertThat(ConfigValues.address(text)).contains(new InetSocketAddress(host, port));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "443",
                ":443",
                "127.0.0.1",
                "127.0.0.1:",
                "127.0.0.1:65536",
                "127.0.0.1:-1",
                "127.1:80",
                "1:80",
                "256.0.0.1:80",
                "::1:80",
                "[::1]",
                "[::g]:80",
                "host.example:80",
                "[127.0.0.1]:80x",
                "[:::]:1"
            })
    void notAnAddress(String text) {
        assertThat(ConfigValues.address(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "https://app.example.com, true",
        "http://127.0.0.1:8000/path?x=1, true",
        "HTTP://[::1]:1/, true",
        "app.example.com, false",
        "ftp://app.example.com, false",
        "https://, false",
        "https://user:secret@app.example.com, false",
        "https://app.example.com#x, false",
        "https://app.example.com:70000, false",
        "https://a b, false"
    })
    void url_absoluteHttp(String text, boolean accepted) {
        assertThat(ConfigValues.url(text)).isEqualTo(accepted ? Optional.of(URI.create(text)) : Optional.empty());
    }

    @ParameterizedTest
    @CsvSource({
        "tabel, table",
        "regoin, region",
        "createtables, create-tables",
        "create_tables, create-tables",
        "Table, table",
        "endpoint-url, endpoint",
        "x, ''"
    })
    void nearestKey(String key, String nearest) {
        assertThat(NearestKey.of(key, List.of("region", "endpoint", "table", "create-tables"))
                        .orElse(""))
                .isEqualTo(nearest);
    }

    @Test
    void randomText_isValidOrMistakes_neverAnException() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        String alphabet = "ab: \n\t-[]{},#&*!|>'\"%@`?${}\\~0u\u00fc\u0000";
        for (int i = 0; i < 1_000; i++) {
            var yaml = new StringBuilder();
            for (int n = random.nextInt(40); n > 0; n--) {
                yaml.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            String text = yaml.toString();
            assertThat(read(text, root -> root.text("a", "") + root.section("b").flag("a", true)))
                    .as("seed %d, input %d: %s", seed, i, text)
                    .isInstanceOf(ConfigResult.class);
        }
    }
}
