package dev.anyhost.verifier.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.changes.Change;
import dev.anyhost.store.changes.ChangeLog;
import dev.anyhost.store.changes.ChangesSince;
import dev.anyhost.testkit.CoordinationTable;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.Ports;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.whitelist.AddResult;
import dev.anyhost.verifier.whitelist.Whitelist;
import dev.anyhost.verifier.whitelist.WhitelistSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import tools.jackson.databind.json.JsonMapper;

class DomainsCommandTest {

    private static final DynamoDbLocal DYNAMO = DynamoDbLocal.start();

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Path config;
    private final String table = "domains-" + UUID.randomUUID();

    DomainsCommandTest(@TempDir Path folder) {
        config = folder.resolve("verifier.yaml");
    }

    @AfterAll
    static void stop() {
        DYNAMO.close();
    }

    @BeforeEach
    void configure() throws IOException {
        configure("endpoint: " + DYNAMO.endpoint() + ", table: " + table + ", create-tables: true");
    }

    private void configure(String whitelist) throws IOException {
        Files.writeString(config, "whitelist: {" + whitelist + "}\n");
    }

    /** Runs {@code domains}; output and errors of this run only. */
    private int domains(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return new CommandLine(new DomainsCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private int configured(String... arguments) {
        var all = new String[arguments.length + 2];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = "--config";
        all[arguments.length + 1] = config.toString();
        return domains(all);
    }

    @Test
    void life_ofADomain() {
        assertThat(configured("list")).isZero();
        assertThat(out).asString().isEmpty();
        assertThat(configured("add", "Shop.Example", "--tenant", "acme", "--origin", "https://Origin.example:443/"))
                .isZero();
        assertThat(out)
                .asString()
                .isEqualTo("Added shop.example (tenant acme, origin https://origin.example, active)\n");
        assertThat(configured("add", "shop.example", "--tenant", "acme", "--origin", "https://origin.example"))
                .isZero();
        assertThat(out)
                .asString()
                .isEqualTo("Already there: shop.example (tenant acme, origin https://origin.example, active)\n");
        assertThat(configured("show", "shop.example.")).isZero();
        assertThat(out)
                .asString()
                .startsWith("hostname:   shop.example\ntenant:     acme\norigin:     https://origin.example\n"
                        + "status:     active\ncreated at: 20");
        assertThat(configured("list")).isZero();
        assertThat(out).asString().isEqualTo("shop.example\tacme\tactive\thttps://origin.example\n");
        assertThat(configured("remove", "shop.example")).isZero();
        assertThat(out).asString().isEqualTo("Removed shop.example (tenant acme)\n");
        assertThat(configured("show", "shop.example")).isEqualTo(1);
        assertThat(err).asString().isEqualTo("shop.example isn't registered\n");
        assertThat(configured("remove", "shop.example")).isEqualTo(1);
        assertThat(err).asString().isEqualTo("shop.example isn't registered\n");
    }

    @Test
    void whatWasAddedAndRemoved_isToldToTheProxies() throws IOException {
        String coordination = "coordination-" + UUID.randomUUID();
        Files.writeString(config, "changes: {table: " + coordination + "}\n", java.nio.file.StandardOpenOption.APPEND);
        try (DynamoDbClient client = DYNAMO.client()) {
            CoordinationTable.create(client, coordination);
            configured("add", "shop.example", "--tenant", "acme");
            configured("add", "shop.example", "--tenant", "acme");
            assertThat(err).asString().isEmpty();
            configured("remove", "shop.example");

            Hostname shop = Hostname.parse("shop.example").orElseThrow();
            var log = new ChangeLog(client, coordination, InstantSource.system());
            assertThat(log.since(Instant.now().minus(ChangeLog.LOOK_BACK)))
                    .isInstanceOfSatisfying(
                            ChangesSince.Read.class,
                            read -> assertThat(read.entries())
                                    .extracting(ChangesSince.Entry::change)
                                    .containsExactlyInAnyOrder(
                                            new Change(Change.Kind.ACTIVATED, shop),
                                            new Change(Change.Kind.REMOVED, shop)));
        }
    }

    @Test
    void proxiesThatCannotBeTold_areNoFailure() {
        assertThat(configured("add", "shop.example", "--tenant", "acme")).isZero();
        assertThat(err)
                .asString()
                .startsWith("Proxies weren't told and will notice within minutes: table anyhost-coord");
    }

    @Test
    void add_conflict_failsAndNamesTheOwner() {
        configured("add", "shop.example", "--tenant", "acme");
        assertThat(configured("add", "shop.example", "--tenant", "rival")).isEqualTo(1);
        assertThat(err)
                .asString()
                .isEqualTo("Not changed: there is already shop.example (tenant acme, default origin, active)\n");
        assertThat(out).asString().isEmpty();
    }

    @Test
    void add_whatIsThereButNotServed_failsAndSaysSo() {
        configured("list");
        var settings = new WhitelistSettings("us-east-1", Optional.of(DYNAMO.endpoint()), table, false);
        try (var whitelist = Whitelist.open(settings, InstantSource.system())) {
            var hostname = Hostname.parse("shop.example").orElseThrow();
            assertThat(whitelist.add(hostname, "acme", Optional.empty(), DomainStatus.SUSPENDED))
                    .isInstanceOf(AddResult.Added.class);
        }
        assertThat(configured("add", "shop.example", "--tenant", "acme")).isEqualTo(1);
        assertThat(err).asString().isEqualTo("Not changed: shop.example (tenant acme, default origin, suspended)\n");
    }

    @Test
    void rowThatCannotBeRead_isReportedAndTheOthersAreListed() {
        configured("add", "shop.example", "--tenant", "acme");
        try (var client = DYNAMO.client()) {
            client.putItem(request -> request.tableName(table)
                    .item(Map.of("hostname", AttributeValue.fromS("odd.example"), "shard", AttributeValue.fromN("3"))));
        }
        assertThat(configured("list")).isEqualTo(1);
        assertThat(out).asString().isEqualTo("shop.example\tacme\tactive\t-\n");
        assertThat(err).asString().isEqualTo("The row of odd.example can't be read\n");
        assertThat(configured("show", "odd.example")).isEqualTo(1);
        assertThat(err).asString().isEqualTo("the row of odd.example has no usable tenant\n");
    }

    @Test
    void unicode_isConverted() {
        assertThat(configured("add", "b\u00fccher.example", "--tenant", "B\u00fccher & S\u00f6hne"))
                .isZero();
        assertThat(configured("list")).isZero();
        assertThat(out).asString().isEqualTo("xn--bcher-kva.example\tB\u00fccher & S\u00f6hne\tactive\t-\n");
        assertThat(configured("show", "B\u00dcCHER.example")).isZero();
    }

    @Test
    void json_isWhatTheApiWillSay() {
        configured("add", "a.example", "--tenant", "acme", "--origin", "http://[::1]:3000");
        configured("add", "b.example", "--tenant", "rival");
        assertThat(configured("show", "a.example", "--json")).isZero();
        var shown = JsonMapper.shared().readTree(out.toString());
        assertThat(shown.propertyNames()).containsExactly("hostname", "tenant", "origin", "status", "created_at");
        assertThat(shown.get("origin").asString()).isEqualTo("http://[::1]:3000");
        assertThat(configured("list", "--json")).isZero();
        var all = JsonMapper.shared().readTree(out.toString());
        assertThat(all.valueStream().map(domain -> domain.get("hostname").asString()))
                .containsExactlyInAnyOrder("a.example", "b.example");
        assertThat(configured("list", "--json", "--tenant", "rival")).isZero();
        var rivals = JsonMapper.shared().readTree(out.toString());
        assertThat(rivals).hasSize(1);
        assertThat(rivals.get(0).get("origin").isNull()).isTrue();
        assertThat(configured("list", "--json", "--tenant", "nobody")).isZero();
        assertThat(JsonMapper.shared().readTree(out.toString())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "add localhost --tenant t                          | localhost (expected: a public hostname",
                "add *.shop.example --tenant t                     | *.shop.example (expected: a public hostname",
                "add 192.0.2.1 --tenant t                          | 192.0.2.1 (expected: a public hostname",
                "add shop.example --tenant=                        | (expected: 1 to 128 characters",
                "add shop.example                                  | Missing required option: '--tenant=T'",
                "add --tenant t                                    | Missing required parameter: 'HOST'",
                "add a.example b.example --tenant t                | Unmatched argument",
                "add a.example --tenant t --origin ftp://o.example | ftp://o.example (expected: an absolute http",
                "add a.example --tenant t --origin https://o.example/p | (expected: an absolute http",
                "add a.example --tenant t --origin https://u@o.example | (expected: an absolute http",
                "show not_a_host                                   | not_a_host (expected: a public hostname",
                "remove shop_.example                              | (expected: a public hostname",
                "list --frobnicate                                 | Unknown option: '--frobnicate'",
                "frobnicate                                        | Unmatched argument"
            })
    void wrongInput_exit2SayingWhatWasExpected(String arguments, String message) {
        assertThat(configured(arguments.split(" "))).isEqualTo(2);
        assertThat(err).asString().contains(message);
        assertThat(out).asString().isEmpty();
    }

    @Test
    void noCommand_exit2() {
        assertThat(domains()).isEqualTo(2);
        assertThat(err).asString().contains("add, list, show, remove, check or keygen");
    }

    @Test
    void noConfig_exit2() {
        assertThat(domains("list")).isEqualTo(2);
        assertThat(err).asString().contains("Missing required option: '--api=URL' or '--config=FILE'");
        assertThat(configured("list", "--api", "http://127.0.0.1:1/")).isEqualTo(2);
        assertThat(err).asString().contains("(expected: exactly one of them)");
    }

    @Test
    void help_everywhere() {
        for (String command : new String[] {"add", "list", "show", "remove", "check"}) {
            assertThat(domains(command, "--help")).isZero();
            assertThat(out).asString().contains("Usage: domains " + command, "--config=FILE", "--api=URL");
        }
        assertThat(domains("--help")).isZero();
        assertThat(out).asString().contains("add", "list", "show", "remove");
    }

    @Test
    void wrongConfig_exit2WithEveryMistake() throws IOException {
        configure("endpoint: nowhere, tabel: x");
        assertThat(configured("list")).isEqualTo(2);
        assertThat(err.toString().lines())
                .containsExactly(
                        "whitelist.endpoint: nowhere (expected: an absolute http or https URL)",
                        "whitelist.tabel: unknown key (expected: did you mean whitelist.table?)");
    }

    @Test
    void missingConfig_exit2() {
        assertThat(domains("list", "--config", "/does/not/exist.yaml")).isEqualTo(2);
        assertThat(err).asString().isEqualTo("/does/not/exist.yaml: can't be read (expected: a readable YAML file)\n");
    }

    @Test
    void missingTable_exit1NamingIt() throws IOException {
        configure("endpoint: " + DYNAMO.endpoint() + ", table: not-there");
        assertThat(configured("list")).isEqualTo(1);
        assertThat(err).asString().isEqualTo("table not-there doesn't exist\n");
    }

    @Test
    void dynamoAway_exit1() throws IOException {
        configure("endpoint: 'http://127.0.0.1:" + Ports.free() + "'");
        assertThat(configured("add", "shop.example", "--tenant", "acme")).isEqualTo(1);
        assertThat(err).asString().startsWith("table anyhost-domains: ");
    }
}
