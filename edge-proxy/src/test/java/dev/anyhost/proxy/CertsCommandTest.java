package dev.anyhost.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.certificate.Cluster;
import dev.anyhost.proxy.certificate.OnACluster;
import dev.anyhost.store.CertificateSummary;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.StoredCertificate;
import dev.anyhost.testkit.DynamoOperation;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import software.amazon.awssdk.core.exception.SdkClientException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code anyhost certs list}, {@code show} and {@code renew} as scripts see them, over a real table. */
class CertsCommandTest extends OnACluster {

    @TempDir
    private Path config;

    private CommandRun command;
    private StringWriter out;
    private StringWriter err;

    @BeforeEach
    void configure() {
        command = new CommandRun(cluster.tables, config, "acme: {email: ops@example.com}");
        out = command.out;
        err = command.err;
    }

    private int run(StoreCommand wanted, String arguments) {
        return command.run(wanted, arguments);
    }

    private JsonNode list(String arguments) {
        assertThat(run(new ListCertificates(), "--json " + arguments)).isZero();
        return JsonMapper.shared().readTree(out.toString());
    }

    private List<Hostname> names(String kind, int count) {
        var instance = cluster.instance("a");
        List<Hostname> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(Cluster.hostname(kind + "-" + i + ".example"));
            instance.visit(names.getLast());
        }
        return names;
    }

    private List<Hostname> failing(int count) {
        cluster.authority = Cluster::challengeFailed;
        List<Hostname> names = names("failing", count);
        cluster.authority = cluster::issued;
        return names;
    }

    private static List<String> hostnames(JsonNode lines) {
        return lines.values().stream()
                .map(line -> line.path("hostname").asString())
                .toList();
    }

    private static List<String> text(List<Hostname> names) {
        return names.stream().map(Hostname::value).toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 16, 20, 24, 100})
    void pages_showEverythingOnceWithoutScan(int limit) {
        List<Hostname> names = names("shop", 20);
        List<Hostname> failing = failing(4);
        cluster.dynamo.resetCalls();
        List<String> certificates = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        String cursor = "";
        int pages = 0;
        do {
            JsonNode page = list("--limit " + limit + cursor);
            assertThat(page.path("certificates").size() + page.path("failures").size())
                    .isLessThanOrEqualTo(limit);
            certificates.addAll(hostnames(page.path("certificates")));
            failures.addAll(hostnames(page.path("failures")));
            cursor = page.path("next_cursor").isNull()
                    ? ""
                    : " --cursor " + page.path("next_cursor").asString();
            pages++;
        } while (!cursor.isEmpty());

        assertThat(certificates).containsExactlyInAnyOrderElementsOf(text(names));
        assertThat(failures).containsExactlyInAnyOrderElementsOf(text(failing));
        assertThat(cluster.dynamo.calls(DynamoOperation.SCAN)).isZero();
        assertThat(cluster.dynamo.calls()).isEqualTo(cluster.dynamo.calls(DynamoOperation.QUERY));
        assertThat(cluster.dynamo.calls()).isLessThanOrEqualTo(2 * 16 + 24 + 2 * pages);
    }

    @Test
    void json_hasEveryMemberAndBothListsAlways() {
        assertThat(run(new ListCertificates(), "--json")).isZero();
        assertThat(out).hasToString("{\"certificates\":[],\n\"failures\":[],\n\"next_cursor\":null}\n");

        Hostname shop = names("shop", 1).getFirst();
        failing(1);
        JsonNode all = list("");
        StoredCertificate stored = stored(shop);
        assertThat(all.path("certificates").toString())
                .isEqualTo("[{\"hostname\":\"shop-0.example\",\"not_after\":\"" + stored.notAfter() + "\",\"due_at\":\""
                        + stored.upkeep().due() + "\",\"issuer\":\"" + Cluster.DIRECTORY + "\",\"version\":1}]");
        JsonNode failure = all.path("failures").path(0);
        assertThat(failure.propertyNames())
                .containsExactly("hostname", "failed_at", "retry_at", "attempts", "cause", "challenge", "problem");
        assertThat(failure.path("cause").asString()).isEqualTo("challenge_failed");
        assertThat(all.path("next_cursor").isNull()).isTrue();
        assertThat(list("--failing").path("certificates").isEmpty()).isTrue();
        assertThat(hostnames(list("--failing").path("failures"))).containsExactly("failing-0.example");
    }

    private StoredCertificate stored(Hostname hostname) {
        return switch (cluster.tables.certificates().findConsistent(hostname)) {
            case FindResult.Found(StoredCertificate found) -> found;
            case FindResult other -> throw new AssertionError(other.toString());
        };
    }

    @Test
    void dueBefore_readsOnlyWhatIsDue() {
        List<Hostname> names = names("shop", 6);
        failing(1);
        var later = cluster.clock.instant().plus(Duration.ofDays(30));
        names.subList(2, 6).forEach(name -> cluster.tables.certificates().postpone(name, 1, later));
        cluster.dynamo.resetCalls();

        JsonNode due = list("--due-before " + later.minusSeconds(1));
        assertThat(hostnames(due.path("certificates"))).containsExactlyInAnyOrderElementsOf(text(names.subList(0, 2)));
        assertThat(due.path("failures").isEmpty()).isTrue();
        assertThat(cluster.dynamo.calls(DynamoOperation.QUERY)).isEqualTo(16);
        assertThat(cluster.dynamo.calls()).isEqualTo(16);
        assertThat(hostnames(list("--due-before " + later).path("certificates")))
                .hasSize(6);
        assertThat(hostnames(list("--due-before 2026-11-20").path("certificates")))
                .isEmpty();
    }

    @Test
    void issuer_isFoundByUrlOrHostAndPagedByItsOwnLines() {
        List<Hostname> names = names("shop", 5);
        assertThat(hostnames(list("--issuer " + Cluster.DIRECTORY).path("certificates")))
                .containsExactlyInAnyOrderElementsOf(text(names));
        JsonNode first = list("--issuer CA.test --limit 2");
        JsonNode rest =
                list("--issuer CA.test --cursor " + first.path("next_cursor").asString());
        assertThat(Stream.of(first, rest).flatMap(page -> hostnames(page.path("certificates")).stream()))
                .containsExactlyInAnyOrderElementsOf(text(names));
        assertThat(hostnames(first.path("certificates"))).hasSize(2);
        assertThat(hostnames(list("--issuer other.test").path("certificates"))).isEmpty();
    }

    @Test
    void lines_areForScriptsAndTheCursorIsNotAmongThem() {
        names("shop", 2);
        assertThat(run(new ListCertificates(), "--limit 1")).isZero();
        assertThat(out.toString().lines())
                .hasSize(1)
                .allMatch(line -> line.matches("shop-[01].example\tvalid-until\t[^\t]+\thttps://ca.test/dir"));
        assertThat(err).asString().startsWith("There may be more: --cursor c");
        assertThat(run(new ListCertificates(), "")).isZero();
        assertThat(err).asString().isEmpty();
        assertThat(out.toString().lines()).hasSize(2);
    }

    @Test
    void storeAway_isOneErrorAndFails() {
        cluster.dynamo.becomeUnreachable();
        assertThat(run(new ListCertificates(), "--json")).isEqualTo(1);
        assertThat(err.toString().lines()).hasSize(1);
        cluster.dynamo.restore();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--limit 0|0 (expected: a whole number from 1",
                "--limit many|many (expected: a whole number from 1",
                "--due-before tomorrow|tomorrow (expected: a time such as",
                "--due-before 2026-13-01T00:00:00Z|(expected: a time such as",
                "--cursor c!|c! (expected: the next_cursor of the page before",
                "--cursor x|x (expected: the next_cursor of the page before",
                "--issuer https://|https:// (expected: an ACME directory's URL",
                "--failing --due-before 2026-12-01|expected: --failing without",
                "--failing --cursor c|expected: --failing without",
                "--issuer a.test --cursor f|expected: --failing without",
            })
    void wrongInput_isOneErrorThatSaysWhatIsExpected(String arguments, String said) {
        int code;
        try {
            code = run(new ListCertificates(), arguments);
        } catch (CommandLine.ParameterException wrong) {
            assertThat(wrong).hasMessageContaining(said);
            return;
        }
        assertThat(code).isEqualTo(2);
        assertThat(err.toString().lines()).hasSize(1);
        assertThat(err).asString().contains(said);
    }

    @Test
    void show_printsCertificateAndFailureAsOneObject() {
        Hostname shop = names("shop", 1).getFirst();
        assertThat(run(new ShowCertificate(), shop + " --json")).isZero();
        JsonNode shown = JsonMapper.shared().readTree(out.toString());
        assertThat(shown.propertyNames()).containsExactly("hostname", "certificate", "failure");
        assertThat(shown.path("failure").isNull()).isTrue();
        assertThat(shown.path("certificate").path("verdict").asString()).isEqualTo("allowed");
        assertThat(shown.path("certificate").path("tenant").asString()).isEqualTo("acme");
        assertThat(shown.path("certificate").path("serial").asString())
                .isEqualTo(stored(shop).chain().getFirst().getSerialNumber().toString(16));

        Hostname failing = failing(1).getFirst();
        assertThat(run(new ShowCertificate(), failing + " --json")).isZero();
        shown = JsonMapper.shared().readTree(out.toString());
        assertThat(shown.path("certificate").isNull()).isTrue();
        assertThat(shown.path("failure").path("attempts").asInt()).isEqualTo(1);

        assertThat(run(new ShowCertificate(), "none.example --json")).isEqualTo(1);
        assertThat(out).asString().isEmpty();
        assertThat(err).hasToString("none.example: no certificate is stored\n");
    }

    @Test
    void renew_saysWhatWasForgotten() {
        Hostname failing = failing(1).getFirst();
        assertThat(run(new RenewCertificate(), failing + " --json")).isZero();
        assertThat(JsonMapper.shared()
                        .readTree(out.toString())
                        .path("forgotten")
                        .path("cause")
                        .asString())
                .isEqualTo("challenge_failed");
        assertThat(run(new RenewCertificate(), failing + " --json")).isZero();
        assertThat(out).hasToString("{\"hostname\":\"failing-0.example\",\"forgotten\":null}\n");
        assertThat(list("--failing").path("failures").isEmpty()).isTrue();
    }

    @Test
    void renewOfAnIssuer_saysWhatWasMarked() {
        names("shop", 3);
        String now = cluster.clock.instant().toString();
        String issuer = "--issuer ca.test --per-hour 60 --json";
        String dry = "{\"issuer\":\"ca.test\",\"found\":3,\"marked\":3,\"superseded\":0,\"failed\":0,\"begin\":\"" + now
                + "\",\"end\":\"" + cluster.clock.instant().plusSeconds(120) + "\",\"issued_before\":\"" + now
                + "\",\"dry_run\":true}\n";
        assertThat(run(new RenewCertificate(cluster.clock), issuer + " --dry-run"))
                .isZero();
        assertThat(out).hasToString(dry);
        assertThat(stored(Cluster.hostname("shop-0.example")).upkeep().renewAt())
                .isEmpty();
        assertThat(run(new RenewCertificate(cluster.clock), issuer)).isZero();
        assertThat(out).hasToString(dry.replace("true", "false"));
        assertThat(stored(Cluster.hostname("shop-0.example")).upkeep().renewAt())
                .isPresent();

        assertThat(run(new RenewCertificate(cluster.clock), "--issuer none.test"))
                .isZero();
        assertThat(out).asString().startsWith("none.test: marked 0 of 0 ");
        cluster.dynamo.failNext(DynamoOperation.UPDATE_ITEM, SdkClientException.create("away"));
        assertThat(run(new RenewCertificate(cluster.clock), issuer)).isEqualTo(1);
        assertThat(err).asString().contains("away");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "shop.example --issuer ca.test",
                "shop.example --per-hour 5",
                "--per-hour 5",
                "--issuer ca.test --per-hour 0"
            })
    void renewOfNobodyOrBoth_isWrongInput(String arguments) {
        assertThatThrownBy(() -> run(new RenewCertificate(), arguments))
                .isInstanceOf(CommandLine.ParameterException.class);
    }

    @Test
    void cursor_isReadAsItWasWritten() {
        var line = new CertificateSummary(
                Cluster.hostname("shop.example"), cluster.clock.instant(), cluster.clock.instant(), "", 1);
        var place = new ListPlace(false, Optional.of(line.cursor()));
        assertThat(ListPlace.parse(place.text())).contains(place);
    }
}
