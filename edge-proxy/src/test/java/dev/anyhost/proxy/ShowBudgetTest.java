package dev.anyhost.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.certificate.OnACluster;
import dev.anyhost.store.OrderBudgets;
import dev.anyhost.store.OrderBudgets.Draw;
import dev.anyhost.store.TokenLimit;
import dev.anyhost.testkit.DynamoOperation;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code anyhost certs budget} over real tables. */
class ShowBudgetTest extends OnACluster {

    private static final String LIMITED = "https://limited.test/dir";
    private static final String FREE = "https://free.test/dir";
    private static final TokenLimit ORDERS = TokenLimit.of(10, Duration.ofHours(10));
    private static final TokenLimit DOMAIN = TokenLimit.of(50, Duration.ofDays(7));

    @TempDir
    private Path folder;

    private CommandRun command;

    @BeforeEach
    void configure() {
        command = new CommandRun(cluster.tables, folder, """
                acme:
                  email: ops@example.com
                  directory: %s
                  limits: {orders: 10/10h, certificates-per-domain: 50/7d}
                  fallbacks: [{directory: "%s"}]
                """.formatted(LIMITED, FREE));
    }

    private void order(int count, String domain) {
        IntStream.range(0, count)
                .forEach(_ -> assertThat(cluster.tables
                                .budgets()
                                .draw(
                                        LIMITED,
                                        List.of(
                                                new Draw(OrderBudgets.ORDERS, ORDERS, 0, true),
                                                new Draw(OrderBudgets.domain(domain), DOMAIN, 0, true))))
                        .isEqualTo(new OrderBudgets.DrawResult.Drawn()));
    }

    private JsonNode json(String arguments) {
        assertThat(command.run(new ShowBudget(cluster.clock), "--json " + arguments))
                .isZero();
        return JsonMapper.shared().readTree(command.out.toString()).path("issuers");
    }

    @Test
    void bucketsInUse_areShownLeastLeftFirstWithoutScan() {
        order(1, "a.example");
        order(3, "b.example");
        order(2, "c.example");
        cluster.dynamo.resetCalls();

        JsonNode limited = json("--lines 2").get(0);
        assertThat(limited.path("directory").asString()).isEqualTo(LIMITED);
        assertThat(limited.path("limits").values().stream()
                        .map(line -> line.path("bucket").asString() + " "
                                + line.path("left").asInt() + "/"
                                + line.path("capacity").asInt()))
                .containsExactly("orders 4/10", "domain#b.example 47/50", "domain#c.example 48/50");
        assertThat(cluster.dynamo.calls(DynamoOperation.SCAN)).isZero();
        assertThat(cluster.dynamo.calls()).isEqualTo(4);
    }

    @Test
    void whatIf_countsWithTheReserveOfThoseWhoComeFirst() {
        order(4, "a.example");

        JsonNode both = json("--new-domains 8");
        JsonNode limited = both.get(0).path("new_domains");
        assertThat(limited.path("at_once").asInt()).isEqualTo(5);
        Instant last = Instant.parse(limited.path("last_at").asString());
        assertThat(Duration.between(cluster.clock.instant(), last)).isEqualTo(Duration.ofHours(3));
        assertThat(both.get(1).path("limits").isEmpty()).isTrue();
        assertThat(both.get(1).path("new_domains").path("at_once").asInt()).isEqualTo(8);
    }

    @Test
    void lines_areForPeopleAndScripts() {
        order(1, "a.example");
        Instant until = cluster.clock.instant().plus(Duration.ofHours(1));
        cluster.tables.pauses().pause(FREE, until, "too\tmany");

        assertThat(command.run(new ShowBudget(cluster.clock), "--new-domains 2"))
                .isZero();
        assertThat(command.out.toString().lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith(LIMITED + "\torders\t9 of 10\tnext "),
                        line -> assertThat(line).startsWith(LIMITED + "\tdomain#a.example\t49 of 50\tnext "),
                        line -> assertThat(line).startsWith(LIMITED + "\tnew-domains 2\tat-once 2\tlast "),
                        line -> assertThat(line)
                                .startsWith(FREE + "\tpaused-until\t")
                                .endsWith("\ttoo many"),
                        line -> assertThat(line).isEqualTo(FREE + "\tunlimited"),
                        line -> assertThat(line).startsWith(FREE + "\tnew-domains 2\tat-once 0\tlast "));
    }

    @Test
    void storeThatIsAway_isAFailure() {
        cluster.dynamo.becomeUnreachable();

        assertThat(command.run(new ShowBudget(cluster.clock), "")).isEqualTo(1);
        assertThat(command.err.toString()).contains("coordination-");
    }
}
