package dev.anyhost.verifier.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.anyhost.domain.Hostname;
import dev.anyhost.testkit.CountingDynamoDb;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.DynamoOperation;
import dev.anyhost.testkit.FakeClock;
import dev.anyhost.verifier.onboarding.CheckSchedule;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.onboarding.Finding;
import dev.anyhost.verifier.onboarding.FindingCode;
import dev.anyhost.verifier.whitelist.FindResult;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Scheduled runs over a real table, with what the DNS says and the time made up. */
class CheckRunTest {

    private static final DynamoDbLocal DYNAMO = DynamoDbLocal.start();
    private static final Finding RIGHT = new Finding(FindingCode.CNAME_OK, "right");
    private static final Finding WRONG = new Finding(FindingCode.CNAME_ELSEWHERE, "wrong");
    private static final Finding UNKNOWN = new Finding(FindingCode.DNS_UNAVAILABLE, "unknown");
    private static final Duration LAMBDA = Duration.ofMinutes(1);

    private final String table = "domains-" + UUID.randomUUID();
    private final FakeClock clock = FakeClock.at(Instant.parse("2026-11-21T00:00:00Z"));
    private final CountingDynamoDb dynamo = new CountingDynamoDb(DYNAMO.client());
    private final Whitelist whitelist = new Whitelist(dynamo, table, clock);
    private final List<Hostname> probed = Collections.synchronizedList(new ArrayList<>());
    private final Map<Hostname, Finding> dns = new ConcurrentHashMap<>();
    private Function<Domain, Finding> probe = domain -> dns.getOrDefault(domain.hostname(), RIGHT);

    @AfterAll
    static void stop() {
        DYNAMO.close();
    }

    @BeforeEach
    void open() {
        whitelist.check(true);
        dynamo.resetCalls();
    }

    @AfterEach
    void close() {
        whitelist.close();
    }

    private static Hostname hostname(String name) {
        return Hostname.parse(name).orElseThrow();
    }

    private Hostname pending(String name) {
        var _ = whitelist.add(hostname(name), "acme", Optional.empty(), DomainStatus.PENDING);
        return hostname(name);
    }

    private CheckRun run() {
        return new CheckRun(
                whitelist,
                Optional.empty(),
                (domain, label) -> {
                    probed.add(domain.hostname());
                    return probe.apply(domain);
                },
                CheckSchedule.DEFAULT,
                clock);
    }

    /** One run over every part, added up. */
    private CheckReport runAll() {
        CheckRun run = run();
        return IntStream.range(0, Whitelist.SHARDS)
                .mapToObj(shard -> run.run(shard, clock.instant().plus(LAMBDA)))
                .reduce((one, other) -> new CheckReport(
                        one.checked() + other.checked(),
                        one.moved() + other.moved(),
                        one.unknown() + other.unknown(),
                        one.raced() + other.raced(),
                        one.leftOver() + other.leftOver(),
                        one.ending().compareTo(other.ending()) > 0 ? one.ending() : other.ending()))
                .orElseThrow();
    }

    private Domain found(Hostname hostname) {
        return ((FindResult.Found) whitelist.findConsistent(hostname)).domain();
    }

    @Test
    void pendingNameThatIsRight_becomesActiveAndIsLeftAloneForHalfADay() {
        Hostname shop = pending("shop.example");
        assertThat(runAll()).isEqualTo(new CheckReport(1, 1, 0, 0, 0, CheckReport.Ending.DONE));
        assertThat(found(shop).status()).isEqualTo(DomainStatus.ACTIVE);

        clock.advance(Duration.ofHours(11));
        assertThat(runAll().checked()).isZero();
        clock.advance(Duration.ofHours(3));
        assertThat(runAll()).isEqualTo(new CheckReport(1, 0, 0, 0, 0, CheckReport.Ending.DONE));
    }

    @Test
    void activeNameThatIsWrong_isServedForAWeekThenSuspendedThenActiveAgainWhenItIsRight() {
        Hostname shop = pending("shop.example");
        runAll();
        dns.put(shop, WRONG);
        checkNowAndThenFor(Duration.ofHours(16));
        assertThat(found(shop).status()).isEqualTo(DomainStatus.MISCONFIGURED);
        assertThat(found(shop).status().isAllowed()).isTrue();
        checkNowAndThenFor(Duration.ofDays(7).plusHours(8));
        assertThat(found(shop).status()).isEqualTo(DomainStatus.SUSPENDED);

        dns.remove(shop);
        checkNowAndThenFor(Duration.ofHours(8));
        assertThat(found(shop).status()).isEqualTo(DomainStatus.ACTIVE);
    }

    private void checkNowAndThenFor(Duration time) {
        for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plusHours(4)) {
            clock.advance(Duration.ofHours(4));
            runAll();
        }
    }

    @Test
    void dnsThatCantBeAsked_changesNoStatusHoweverLong() {
        Hostname shop = pending("shop.example");
        runAll();
        dns.put(shop, UNKNOWN);
        for (int day = 0; day < 30; day++) {
            clock.advance(Duration.ofDays(1));
            assertThat(runAll()).isEqualTo(new CheckReport(1, 0, 1, 0, 0, CheckReport.Ending.DONE));
        }
        assertThat(found(shop).status()).isEqualTo(DomainStatus.ACTIVE);
    }

    @Test
    void probeThatThrowsAndRowThatIsDamaged_costTheOthersNothing() {
        List<Hostname> names = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            names.add(pending("h" + i + ".example"));
        }
        dynamo.updateItem(request -> request.tableName(table)
                .key(Map.of("hostname", AttributeValue.fromS("h7.example")))
                .updateExpression("REMOVE tenant"));
        probe = domain -> {
            if (domain.hostname().equals(names.getFirst())) {
                throw new IllegalStateException("a bug");
            }
            return RIGHT;
        };
        assertThat(runAll()).isEqualTo(new CheckReport(38, 38, 0, 0, 2, CheckReport.Ending.DONE));
        assertThat(runAll()).isEqualTo(new CheckReport(0, 0, 0, 0, 2, CheckReport.Ending.DONE));
    }

    @Test
    void timeThatIsUp_leavesTheRestDue() {
        for (int i = 0; i < 60; i++) {
            pending("h" + i + ".example");
        }
        CheckReport late = run().run(3, clock.instant());
        assertThat(late).isEqualTo(new CheckReport(0, 0, 0, 0, 0, CheckReport.Ending.OUT_OF_TIME));
        assertThat(probed).isEmpty();

        runAll();
        assertThat(probed).hasSize(60).doesNotHaveDuplicates();
    }

    @Test
    void twoRunsAtOnce_doNoHarm() throws Exception {
        for (int i = 0; i < 100; i++) {
            pending("h" + i + ".example");
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<CheckReport> run = this::runAll;
            List<CheckReport> reports = new ArrayList<>();
            for (var report : threads.invokeAll(List.of(run, run))) {
                reports.add(report.get());
            }
            assertThat(reports.stream().mapToInt(CheckReport::moved).sum()).isEqualTo(100);
        }
        for (int i = 0; i < 100; i++) {
            assertThat(found(hostname("h" + i + ".example")).version()).isEqualTo(2);
        }
    }

    @Test
    void nameThatIsRemovedWhileItIsProbed_staysRemoved() throws Exception {
        Hostname shop = pending("shop.example");
        var probing = new CountDownLatch(1);
        var removed = new CountDownLatch(1);
        probe = domain -> {
            probing.countDown();
            try {
                removed.await();
            } catch (InterruptedException stopped) {
                throw new IllegalStateException(stopped);
            }
            return RIGHT;
        };
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var report = threads.submit(this::runAll);
            probing.await();
            whitelist.remove(shop);
            removed.countDown();
            assertThat(report.get()).isEqualTo(new CheckReport(0, 0, 0, 1, 0, CheckReport.Ending.DONE));
        }
        assertThat(whitelist.find(shop)).isInstanceOf(FindResult.Left.class);
    }

    @Test
    void check_costsOneReadAndOneWriteAndNothingIsScanned() {
        for (int i = 0; i < 200; i++) {
            pending("h" + i + ".example");
        }
        dynamo.resetCalls();
        runAll();
        assertThat(dynamo.calls(DynamoOperation.PUT_ITEM)).isEqualTo(200);
        assertThat(dynamo.calls(DynamoOperation.GET_ITEM)).isBetween(200, 200 + 64);
        assertThat(dynamo.calls(DynamoOperation.QUERY)).isLessThanOrEqualTo(3 * Whitelist.SHARDS);
        assertThat(dynamo.calls(DynamoOperation.SCAN)).isZero();
    }

    @Test
    void tableThatIsAway_endsTheRun() {
        var nowhere = new Whitelist(dynamo, "nowhere", clock);
        var run = new CheckRun(nowhere, Optional.empty(), (domain, label) -> RIGHT, CheckSchedule.DEFAULT, clock);
        assertThatThrownBy(() -> run.run(0, clock.instant().plus(LAMBDA)))
                .isInstanceOf(TableUnreachable.class)
                .hasMessageContaining("nowhere");
    }
}
