package dev.anyhost.verifier.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Policy;
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
import java.net.URI;
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
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException;

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
    private BooleanSupplier canAsk = () -> true;
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
                new Probe() {
                    @Override
                    public Finding check(Domain domain, String label) {
                        probed.add(domain.hostname());
                        return probe.apply(domain);
                    }

                    @Override
                    public boolean canAsk() {
                        return canAsk.getAsBoolean();
                    }
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
    void resolversThatDontAnswer_nothingIsProbedAndNothingChanges() {
        List<Domain> before = pendings(40);
        canAsk = () -> false;
        CheckReport report = runAll();
        assertThat(report).isEqualTo(new CheckReport(0, 0, 0, 0, 0, CheckReport.Ending.BLIND));
        assertThat(probed).isEmpty();
        assertThat(before)
                .allSatisfy(domain -> assertThat(found(domain.hostname())).isEqualTo(domain));
    }

    @Test
    void resolversThatStopAnsweringMidway_whatCouldntBeAskedIsNotRecorded() {
        List<Domain> before = pendings(40);
        probe = domain -> {
            canAsk = () -> false;
            return UNKNOWN;
        };
        int shard = Math.floorMod(before.getFirst().hostname().value().hashCode(), Whitelist.SHARDS);
        CheckReport report = run().run(shard, clock.instant().plus(LAMBDA));
        assertThat(report.ending()).isEqualTo(CheckReport.Ending.BLIND);
        assertThat(report.leftOver()).isPositive().isEqualTo(probed.size());
        assertThat(before)
                .allSatisfy(domain -> assertThat(found(domain.hostname())).isEqualTo(domain));
    }

    @Test
    void zonesThatAreBroken_areRecordedWhenOurResolversAreNot() {
        pendings(40);
        dns.putAll(Map.of(hostname("h0.example"), RIGHT));
        probe = domain -> dns.getOrDefault(domain.hostname(), UNKNOWN);
        assertThat(runAll()).isEqualTo(new CheckReport(40, 1, 39, 0, 0, CheckReport.Ending.DONE));
        assertThat(runAll().checked()).isZero();
    }

    private List<Domain> pendings(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> found(pending("h" + i + ".example")))
                .toList();
    }

    @Test
    void nameThatIsChangedWhileItIsProbed_keepsTheChangeAndIsProbedOnce() {
        Hostname shop = pending("shop.example");
        Optional<URI> origin = Optional.of(URI.create("https://new.example"));
        probe = domain -> {
            whitelist.update(domain, domain.changed(origin, Policy.DEFAULT, clock.instant()));
            return RIGHT;
        };
        assertThat(runAll()).isEqualTo(new CheckReport(1, 1, 0, 0, 0, CheckReport.Ending.DONE));
        assertThat(probed).containsExactly(shop);
        assertThat(found(shop))
                .returns(origin, Domain::origin)
                .returns(DomainStatus.ACTIVE, Domain::status)
                .returns(3L, Domain::version);
    }

    @Test
    void nameThatChangesHandsWhileItIsProbed_getsNothingOfTheFormerOnesFinding() {
        Hostname shop = pending("shop.example");
        probe = domain -> {
            whitelist.remove(domain.hostname());
            whitelist.add(shop, "rival", Optional.empty(), DomainStatus.PENDING);
            return RIGHT;
        };
        assertThat(runAll()).isEqualTo(new CheckReport(0, 0, 0, 0, 1, CheckReport.Ending.DONE));
        assertThat(found(shop)).returns("rival", Domain::tenant).returns(DomainStatus.PENDING, Domain::status);
    }

    @Test
    void nameThatIsBlockedWhileItIsProbed_staysBlocked() {
        Hostname shop = pending("shop.example");
        probe = domain -> {
            whitelist.update(domain, domain.blocked(true, clock.instant()));
            return RIGHT;
        };
        assertThat(runAll()).isEqualTo(new CheckReport(0, 0, 0, 1, 0, CheckReport.Ending.DONE));
        assertThat(found(shop).status()).isEqualTo(DomainStatus.BLOCKED);
    }

    /** More than a page of them, and the longest due of all. */
    @Test
    void damagedRowsAtTheFront_dontKeepTheOthersFromTheirTurn() {
        List<Hostname> ofOnePart = ofPart(5, 520);
        ofOnePart
                .subList(0, 515)
                .forEach(name -> dynamo.putItem(request -> request.tableName(table)
                        .item(Map.of(
                                "hostname", AttributeValue.fromS(name.value()),
                                "check_shard", AttributeValue.fromN("5"),
                                "next_check", AttributeValue.fromN("1")))));
        ofOnePart.subList(515, 520).forEach(name -> pending(name.value()));
        assertThat(run().run(5, clock.instant().plus(LAMBDA)))
                .isEqualTo(new CheckReport(5, 5, 0, 0, 515, CheckReport.Ending.DONE));
    }

    /** In the last page, so that nobody else would ask the table again. */
    @Test
    void tableThatGoesAwayMidway_endsTheRunWithAnError() {
        List<Hostname> ofOnePart = ofPart(5, 300);
        ofOnePart.forEach(name -> pending(name.value()));
        probe = domain -> {
            dynamo.becomeUnreachable();
            return RIGHT;
        };
        CheckRun run = run();
        assertThatThrownBy(() -> run.run(5, clock.instant().plus(LAMBDA))).isInstanceOf(TableUnreachable.class);
        assertThat(probed).hasSizeLessThanOrEqualTo(64);
        dynamo.restore();
        probe = domain -> RIGHT;
        assertThat(runAll().checked()).isEqualTo(300);
    }

    private static List<Hostname> ofPart(int shard, int count) {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> hostname("h" + i + ".example"))
                .filter(name -> Math.floorMod(name.value().hashCode(), Whitelist.SHARDS) == shard)
                .limit(count)
                .toList();
    }

    @Test
    void callThatIsThrottledNowAndThen_costsThatNameItsTurnOnly() {
        pendings(100);
        for (int i = 0; i < 5; i++) {
            dynamo.failNext(
                    DynamoOperation.PUT_ITEM,
                    ProvisionedThroughputExceededException.builder().build());
        }
        CheckReport report = runAll();
        assertThat(report.checked()).isEqualTo(95);
        assertThat(report.leftOver()).isEqualTo(5);
        assertThat(runAll().checked()).isEqualTo(5);
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
