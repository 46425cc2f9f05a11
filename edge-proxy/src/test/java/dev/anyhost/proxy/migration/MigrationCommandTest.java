package dev.anyhost.proxy.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.CertsCommand;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.ServerIdentity;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code anyhost certs import} and {@code export} as scripts see them. */
class MigrationCommandTest {

    private static DynamoDbLocal database;

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private String config = "";
    private CaddyTree caddy;

    @BeforeAll
    static void start() {
        database = DynamoDbLocal.start();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @BeforeEach
    void configure() throws IOException {
        key("key", (byte) 1);
        config = configuration("key");
        caddy = CaddyTree.in(folder.resolve("caddy"));
    }

    private void key(String name, byte octet) throws IOException {
        byte[] key = new byte[32];
        Arrays.fill(key, octet);
        Files.writeString(folder.resolve(name), Base64.getEncoder().encodeToString(key));
    }

    private final String run = UUID.randomUUID().toString();

    private String configuration(String key) throws IOException {
        return Files.writeString(folder.resolve(key + ".yaml"), """
                        verifier: {url: "https://verifier.example"}
                        origin: {url: "https://app.example.com"}
                        acme: {email: ops@example.com}
                        store:
                          endpoint: %s
                          table: certificates-%s
                          coordination: {table: coordination-%s}
                          key-encryption: file:%s
                          create-tables: true
                        """.formatted(database.endpoint(), run, run, key))
                .toString();
    }

    private int certs(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return new CommandLine(new CertsCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(Stream.concat(
                                Stream.of(arguments[0], "--config", config),
                                Arrays.stream(arguments).skip(1))
                        .toArray(String[]::new));
    }

    private int importCaddys(String... more) {
        return certs(
                Stream.concat(Stream.of("import", "--caddy-dir", caddy.data().toString()), Arrays.stream(more))
                        .toArray(String[]::new));
    }

    private List<JsonNode> objects() {
        return out.toString().lines().map(JsonMapper.shared()::readTree).toList();
    }

    @Test
    void lines_sayWhatBecameOfEach_andTheExitCodeWhetherAnyFailed() throws Exception {
        ServerIdentity good = caddy.put("good.example");
        String until = good.leaf().getNotAfter().toInstant().toString();

        assertThat(importCaddys()).isZero();
        assertThat(out)
                .hasToString("good.example\timported\t" + until + "\t" + CaddyTree.DIRECTORY
                        + "\nimported 1, kept 0, skipped 0, failed 0\n");

        Files.writeString(caddy.file("good.example", ".crt"), "nothing");
        caddy.put("wildcard_.example", good);
        assertThat(importCaddys()).isEqualTo(1);
        assertThat(out)
                .asString()
                .contains(
                        "good.example\tfailed\tchain: no certificate in PEM\n",
                        "wildcard_.example\tskipped\twildcard certificates aren't served")
                .endsWith("\nimported 0, kept 0, skipped 1, failed 1\n");
        assertThat(err).asString().isEmpty();

        assertThat(certs("show", "good.example")).isZero();
        assertThat(out).asString().contains("refused at: no verdict yet", "directory:  " + CaddyTree.DIRECTORY);
    }

    @Test
    void json_isOneObjectALine_andASummary() throws Exception {
        var _ = caddy.put("good.example");

        assertThat(importCaddys("--json", "--dry-run")).isZero();
        assertThat(objects()).hasSize(2);
        assertThat(objects().getFirst().get("name").asString()).isEqualTo("good.example");
        assertThat(objects().getFirst().get("result").asString()).isEqualTo("would-import");
        assertThat(objects().getFirst().get("issuer").asString()).isEqualTo(CaddyTree.DIRECTORY);
        assertThat(objects().getLast().get("summary").get("imported").asInt()).isEqualTo(1);
        assertThat(objects().getLast().get("summary").get("dry_run").asBoolean())
                .isTrue();

        assertThat(importCaddys("--json")).isZero();
        assertThat(objects().getFirst().get("result").asString()).isEqualTo("imported");
        assertThat(importCaddys("--json")).isZero();
        assertThat(objects().getFirst().get("result").asString()).isEqualTo("kept");
        assertThat(objects().getFirst().get("reason").asString()).isEqualTo("stored already");
    }

    @Test
    void namesFromOutside_areOneVisibleLine() throws Exception {
        caddy.put("evil\n\u001b[31m.example", caddy.put("good.example"));

        assertThat(importCaddys()).isZero();

        assertThat(out.toString().lines()).hasSize(3).anyMatch(line -> line.startsWith("evil??[31m.example\tskipped"));
        assertThat(importCaddys("--json")).isZero();
        assertThat(objects()).hasSize(3);
    }

    @Test
    void mistypedKey_importsNothing() throws Exception {
        assertThat(importCaddys()).isZero();
        var _ = caddy.put("good.example");
        key("other", (byte) 2);
        config = configuration("other");

        assertThat(importCaddys()).isEqualTo(1);

        assertThat(out).asString().isEmpty();
        assertThat(err).asString().isNotBlank();
        config = configuration("key");
        assertThat(certs("show", "good.example")).isEqualTo(1);
        assertThat(err).hasToString("good.example: no certificate is stored\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "import|Missing required argument",
                "import --caddy-dir a --pem-dir b|mutually exclusive",
                "import --caddy-dir nowhere|nowhere (expected: Caddy's data folder",
                "import --pem-dir nowhere|nowhere (expected: a folder of HOST/fullchain.pem",
                "import --pem-dir . --at-a-time 0|--at-a-time",
                "import --pem-dir . --read-units many|--read-units",
                "export --dir d|Missing required argument",
                "export --dir d --all a.example|Unmatched argument",
                "export a.example|--dir",
                "export --dir d localhost|localhost (expected: a public hostname"
            })
    void wrongInput_isSaidWithWhatIsExpected(String arguments, String said) {
        assertThat(certs(arguments.split(" "))).isEqualTo(2);

        assertThat(err).asString().contains(said);
    }

    @Test
    void tableThatIsNotCaddys_isWrongInput() throws Exception {
        assertThat(importCaddys()).isZero();
        String endpoint = database.endpoint().toString();

        assertThat(certs("import", "--caddy-dynamodb-table", "none", "--endpoint", endpoint))
                .isEqualTo(2);
        assertThat(err).hasToString("table none: missing\n");
        assertThat(certs("import", "--caddy-dynamodb-table", "certificates-" + run, "--endpoint", endpoint))
                .isEqualTo(2);
        assertThat(err).asString().contains("keyed by [hostname] (expected: [PrimaryKey])");
    }

    @Test
    void export_writesWhatIsAskedFor_andSaysWhatIsNot() throws Exception {
        ServerIdentity one = caddy.put("one.example");
        var _ = caddy.put("two.example");
        var _ = caddy.put("three.example");
        assertThat(importCaddys()).isZero();
        String to = folder.resolve("out").toString();

        assertThat(certs("export", "--dir", to, "one.example", "none.example")).isEqualTo(1);
        assertThat(out).hasToString("one.example\twritten\t" + to + "/one.example\n");
        assertThat(err).hasToString("none.example: no certificate is stored\n");
        assertThat(folder.resolve("out/one.example/fullchain.pem"))
                .content()
                .startsWith(one.chainPem().replace("\r", "").strip());

        assertThat(certs("export", "--dir", to, "--all")).isZero();
        assertThat(out.toString().lines().sorted())
                .containsExactly(
                        "one.example\tunchanged\t" + to + "/one.example",
                        "three.example\twritten\t" + to + "/three.example",
                        "two.example\twritten\t" + to + "/two.example");

        Files.writeString(folder.resolve("out/one.example/privkey.pem"), "another");
        assertThat(certs("export", "--dir", to, "one.example")).isEqualTo(1);
        assertThat(err).hasToString("one.example: " + to + "/one.example: there already (--force replaces it)\n");
        assertThat(certs("export", "--dir", to, "--force", "one.example")).isZero();
        assertThat(certs("import", "--pem-dir", to)).isZero();
        assertThat(out).asString().contains("imported 0, kept 3, skipped 0, failed 0");
    }

    @Test
    void noKey_isEverPrinted() throws Exception {
        ServerIdentity shop = caddy.put("shop.example");
        ServerIdentity other = CaddyTree.certificate("other.example");
        caddy.put("mismatch.example", CaddyTree.chain(other), CaddyTree.key(shop.privateKey()));
        caddy.put(
                "cut.example",
                CaddyTree.chain(shop),
                CaddyTree.key(shop.privateKey()).substring(0, 120));
        caddy.put("swapped.example", CaddyTree.key(shop.privateKey()), CaddyTree.chain(shop));
        String[] secrets = CaddyTree.key(shop.privateKey()).lines().skip(1).toArray(String[]::new);

        assertThat(importCaddys()).isEqualTo(1);
        assertThat(out.toString() + err).doesNotContain(secrets);
        assertThat(certs("export", "--dir", folder.resolve("out").toString(), "--all"))
                .isZero();
        assertThat(out.toString() + err).doesNotContain(secrets);
    }
}
