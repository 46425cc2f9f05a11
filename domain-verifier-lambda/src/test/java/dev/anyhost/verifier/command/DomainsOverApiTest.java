package dev.anyhost.verifier.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.testkit.ChildProcess;
import dev.anyhost.testkit.Ports;
import dev.anyhost.verifier.api.TestApi;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.onboarding.FindingCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;

class DomainsOverApiTest {

    private static final TestApi API = TestApi.start();

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Path folder;
    private Waiting.Pause pause = API.clock()::advance;

    DomainsOverApiTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @AfterAll
    static void stop() {
        API.close();
    }

    private int admin(String... arguments) throws IOException {
        return by(TestApi.ADMIN, arguments);
    }

    private int by(String key, String... arguments) throws IOException {
        Path file = Files.writeString(folder.resolve("key"), key + "\n");
        List<String> all = new ArrayList<>(Arrays.asList(arguments));
        all.addAll(List.of("--api", API.uri().toString(), "--api-key-file", file.toString()));
        return domains(all.toArray(String[]::new));
    }

    private int domains(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return new CommandLine(new DomainsCommand(), new Factory())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    /** Gives the command that waits the clock and the pauses of the test. */
    private final class Factory implements CommandLine.IFactory {
        @Override
        public <K> K create(Class<K> type) throws Exception {
            return type == AddDomain.class
                    ? type.cast(new AddDomain(new Waiting(API.clock(), time -> pause.pause(time))))
                    : CommandLine.defaultFactory().create(type);
        }
    }

    private static String token(String hostname) {
        return API.domain(hostname).registration().proof().token();
    }

    @Test
    void life_ofADomain() throws IOException {
        assertThat(admin("add", "b\u00fccher.example", "--tenant", "books", "--origin", "https://o.example"))
                .isZero();
        String hostname = "xn--bcher-kva.example";
        assertThat(out.toString().replaceAll("t[0-9a-v]{16}\\.edge", "LABEL.edge"))
                .isEqualTo(
                        "Registered b\u00fccher.example (xn--bcher-kva.example) (tenant books, origin https://o.example,"
                                + " pending)\n"
                                + "xn--bcher-kva.example. 300 IN CNAME LABEL.edge.example.\n"
                                + "_anyhost.xn--bcher-kva.example. 300 IN TXT \"anyhost-verification=" + token(hostname)
                                + "\"\n"
                                + "; at the apex of a zone, where there can't be a CNAME, instead of it:\n"
                                + "; xn--bcher-kva.example. 300 IN A 192.0.2.1\n"
                                + "; xn--bcher-kva.example. 300 IN AAAA 2001:db8:0:0:0:0:0:1\n");
        API.checked(hostname, FindingCode.TXT_WRONG, "There is \u001b[31m\u202ered.");
        assertThat(admin("show", "B\u00dcCHER.example")).isZero();
        assertThat(out)
                .asString()
                .contains("hostname:   b\u00fccher.example (xn--bcher-kva.example)\n", "status:     pending since ")
                .contains("            There is ?[31m?red.\n", "to 2026-11-21", ": txt_wrong (1)\n");
        assertThat(admin("list", "--tenant", "books")).isZero();
        assertThat(out.toString().lines())
                .containsExactly(
                        "HOSTNAME                                  TENANT        STATUS         STATE        CODE             ORIGIN",
                        "b\u00fccher.example (xn--bcher-kva.example)    books         pending        in_progress  txt_wrong        https://o.example");
        assertThat(admin("check", hostname)).isZero();
        assertThat(out).asString().isEqualTo("A check of b\u00fccher.example (xn--bcher-kva.example) is due.\n");
        assertThat(admin("remove", hostname)).isZero();
        assertThat(out).asString().isEqualTo("Removed b\u00fccher.example\n");
        assertThat(admin("show", hostname)).isEqualTo(1);
        assertThat(err).asString().isEqualTo("xn--bcher-kva.example isn't registered.\n");
        assertThat(admin("remove", hostname)).isEqualTo(1);
    }

    @Test
    void json_isTheApis() throws IOException {
        assertThat(by(TestApi.ACME, "add", "json.example", "--json")).isZero();
        var added = JsonMapper.shared().readTree(out.toString());
        assertThat(added.get("tenant").asString()).isEqualTo("acme");
        assertThat(admin("show", "json.example", "--json")).isZero();
        assertThat(JsonMapper.shared().readTree(out.toString())).isEqualTo(added);
        assertThat(by(TestApi.ACME, "list", "--json", "--status", "pending")).isZero();
        assertThat(JsonMapper.shared().readTree(out.toString())).contains(added);
        assertThat(by(TestApi.RIVAL, "list", "--json")).isZero();
        assertThat(JsonMapper.shared().readTree(out.toString())).isEmpty();
        assertThat(by(TestApi.ACME, "check", "json.example", "--json")).isZero();
        assertThat(JsonMapper.shared().readTree(out.toString()).get("hostname")).isEqualTo(added.get("hostname"));
    }

    @Test
    void list_goesOnOverPages() throws IOException {
        for (int i = 0; i < 105; i++) {
            assertThat(admin("add", "p" + i + ".example", "--tenant", "many")).isZero();
        }
        assertThat(admin("list", "--tenant", "many", "--json")).isZero();
        var all = JsonMapper.shared().readTree(out.toString());
        assertThat(all.valueStream()
                        .map(domain -> domain.get("hostname").asString())
                        .distinct())
                .hasSize(105);
    }

    @Test
    void wait_showsProgressUntilItIsServed() throws IOException {
        int[] pauses = {0};
        pause = time -> {
            API.clock().advance(time);
            pauses[0]++;
            if (pauses[0] == 2) {
                API.checked("wait.example", FindingCode.NO_RECORDS, "There is nothing at wait.example.");
            }
            if (pauses[0] == 4) {
                API.checked("wait.example", FindingCode.CNAME_OK, "All is well.");
            }
        };
        assertThat(admin("add", "wait.example", "--tenant", "waiter", "--wait")).isZero();
        assertThat(out.toString().lines().filter(line -> !line.contains(" IN ") && !line.startsWith(";")))
                .containsExactly(
                        "Registered wait.example (tenant waiter, origin -, pending)",
                        "pending, not_checked_yet: The first check of this hostname's DNS is about to run.",
                        "pending, no_records: There is nothing at wait.example.",
                        "active, cname_ok: All is well.");
        assertThat(pauses[0]).isEqualTo(4);
        assertThat(API.domain("wait.example").status()).isEqualTo(DomainStatus.ACTIVE);
    }

    @Test
    void wait_endsAtTheLimit_exit1() throws IOException {
        var start = API.clock().instant();
        assertThat(admin("add", "never.example", "--tenant", "waiter", "--wait", "--wait-limit", "10s", "--json"))
                .isEqualTo(1);
        assertThat(Duration.between(start, API.clock().instant())).isEqualTo(Duration.ofSeconds(10));
        assertThat(err).asString().contains("Not served yet");
        assertThat(JsonMapper.shared().readTree(out.toString()).get("status").asString())
                .isEqualTo("pending");
    }

    @Test
    void wait_removedMeanwhile_exit1() throws IOException {
        pause = _ -> API.whitelist().remove(API.domain("short.example"));
        assertThat(admin("add", "short.example", "--tenant", "waiter", "--wait"))
                .isEqualTo(1);
        assertThat(out).asString().endsWith("short.example isn't registered.\n");
    }

    @Test
    void refusals_saySo() throws IOException {
        admin("add", "taken.example", "--tenant", "acme");
        assertThat(by(TestApi.RIVAL, "add", "taken.example")).isEqualTo(1);
        assertThat(err).asString().isEqualTo("taken.example is registered already.\n");
        assertThat(admin("add", "more.example")).isEqualTo(2);
        assertThat(err).asString().startsWith("tenant: missing (expected: 1 to 128 characters");
        assertThat(by("nonsense", "list")).isEqualTo(2);
        assertThat(err).asString().isEqualTo("The request brings no key that is known here.\n");
        assertThat(out).asString().isEmpty();
    }

    @Test
    void key_missingOrUnusable_exit2() throws IOException {
        String api = API.uri().toString();
        assertThat(domains("list", "--api", api)).isEqualTo(2);
        assertThat(err).asString().startsWith("ANYHOST_API_KEY: missing (expected: an API key");
        Path blank = Files.writeString(folder.resolve("blank"), "\n");
        assertThat(domains("list", "--api", api, "--api-key-file", blank.toString()))
                .isEqualTo(2);
        assertThat(err).asString().startsWith(blank + ": no key there (expected: ");
        assertThat(domains("list", "--api", "here", "--api-key-file", "key")).isEqualTo(2);
        assertThat(err).asString().contains("here (expected: an absolute http or https URL)");
    }

    @Test
    void apiAway_orSomebodyElses_exit1() throws IOException {
        Path key = Files.writeString(folder.resolve("key"), "k");
        String nowhere = "http://127.0.0.1:" + Ports.free();
        assertThat(domains("list", "--api", nowhere, "--api-key-file", key.toString()))
                .isEqualTo(1);
        assertThat(err).asString().startsWith(nowhere + "/v1/domains?limit=100: ");
        String wrongPath = API.uri() + "elsewhere/";
        assertThat(domains("list", "--api", wrongPath, "--api-key-file", key.toString()))
                .isEqualTo(1);
        assertThat(err).asString().contains("answered 400 and nothing of the domains API's");
    }

    @Test
    void key_fromTheEnvironment() {
        var command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                DomainsMain.class.getName(),
                "add",
                "environment.example",
                "--api",
                API.uri().toString());
        try (var process = ChildProcess.start(command, Map.of("ANYHOST_API_KEY", TestApi.ACME), Optional.empty())) {
            process.awaitLine(
                    Pattern.compile("^Registered environment\\.example \\(tenant acme, .*"), Duration.ofSeconds(60));
        }
    }

    @Test
    void keygen_printsTheKeyAndKeepsItsHash() throws IOException {
        Path keys = Files.writeString(folder.resolve("keys"), "# operators");
        assertThat(domains("keygen", "--api-keys", keys.toString(), "--admin")).isZero();
        String admin = out.toString().strip();
        assertThat(domains("keygen", "--api-keys", keys.toString(), "--tenant", "B\u00fccher & S\u00f6hne"))
                .isZero();
        assertThat(Files.readAllLines(keys))
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo("# operators"),
                        line -> assertThat(line).matches("sha256:[0-9a-f]{64} admin"),
                        line -> assertThat(line).matches("sha256:[0-9a-f]{64} tenant B\u00fccher & S\u00f6hne"));
        assertThat(Files.readString(keys)).doesNotContain(admin);
        assertThat(domains("keygen", "--api-keys", keys.toString())).isEqualTo(2);
        assertThat(err).asString().contains("exactly one of them");
        assertThat(domains("keygen", "--api-keys", keys + "/below", "--admin")).isEqualTo(1);
        assertThat(err).asString().contains("can't be written");
    }
}
