package dev.anyhost.proxy.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import dev.anyhost.proxy.certificate.CertificateAnswer.Cause;
import dev.anyhost.proxy.challenge.ChallengeType;
import dev.anyhost.proxy.issuance.AcmeProblem;
import dev.anyhost.proxy.issuance.ChallengeChoice;
import dev.anyhost.proxy.issuance.IssuanceBudget;
import dev.anyhost.proxy.issuance.IssuanceOutcome;
import dev.anyhost.proxy.issuance.IssuanceRequest;
import dev.anyhost.proxy.issuance.IssuanceTime;
import dev.anyhost.proxy.issuance.Issuer;
import dev.anyhost.proxy.issuance.Pause;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.ClaimResult;
import dev.anyhost.store.StoreSettings;
import dev.anyhost.store.TablesCheck;
import dev.anyhost.store.encryption.KeyEncryption;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.FakeClock;
import dev.anyhost.testkit.ServerIdentity;
import dev.anyhost.testkit.TestCa;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One order for one name, against the real store. */
class LeasedIssuanceTest {

    private static final TestCa CA = TestCa.create("issuer");

    @TempDir
    static Path folder;

    private static DynamoDbLocal database;
    private static KeyEncryption keys;
    private static ScheduledExecutorService timer;

    private final FakeClock clock = FakeClock.at(Instant.parse("2026-11-21T00:00:00Z"));
    private final AtomicInteger orders = new AtomicInteger();

    @BeforeAll
    static void start() throws Exception {
        database = DynamoDbLocal.start();
        Files.writeString(folder.resolve("key"), Base64.getEncoder().encodeToString(new byte[32]));
        keys = ((KeyEncryption.Configured.Usable) KeyEncryption.of(List.of("file:key"), folder)).encryption();
        timer = Executors.newScheduledThreadPool(1);
    }

    @AfterAll
    static void stop() {
        timer.shutdownNow();
        keys.close();
        database.close();
    }

    private CertificateTables tables() {
        var certificates = new StoreSettings.Table("us-east-1", Optional.of(database.endpoint()), "certificates");
        var coordination = new StoreSettings.Table("us-east-1", Optional.of(database.endpoint()), "coordination");
        var client = database.client();
        var tables = new CertificateTables(
                new StoreSettings(certificates, coordination, true),
                new CertificateTables.Clients(client, client),
                keys,
                clock,
                clock::nanos);
        assertThat(tables.check()).isEqualTo(new TablesCheck.Ready());
        return tables;
    }

    /** Its waiting makes time pass. */
    private LeasedIssuance instance(
            CertificateTables tables, String owner, Function<IssuanceRequest, IssuanceOutcome> outcome) {
        return instance(tables, owner, outcome, clock::advance);
    }

    private LeasedIssuance instance(
            CertificateTables tables, String owner, Function<IssuanceRequest, IssuanceOutcome> outcome, Pause pause) {
        Issuer issuer = new Issuer() {
            @Override
            public String directory() {
                return "https://ca.test/dir";
            }

            @Override
            public IssuanceOutcome issue(IssuanceRequest request) {
                orders.incrementAndGet();
                return outcome.apply(request);
            }
        };
        return new LeasedIssuance(
                tables.certificates(),
                tables.leases(),
                new LeasedIssuance.Orders(
                        () -> Optional.of(issuer),
                        new IssuanceBudget(10),
                        new ChallengeChoice(List.of(ChallengeType.HTTP_01))),
                new LeasedIssuance.Surroundings(owner, new IssuanceTime(clock, clock::nanos, pause), timer));
    }

    private IssuanceOutcome issued(IssuanceRequest request) {
        Instant now = clock.instant();
        ServerIdentity identity = CA.issue(
                List.of(request.hostname().value()), now.minus(Duration.ofHours(1)), now.plus(Duration.ofDays(90)));
        return new IssuanceOutcome.Issued(
                identity.chain(), identity.privateKey(), "https://ca.test/dir", ChallengeType.HTTP_01);
    }

    private static Hostname hostname(String name) {
        return Hostname.parse(name).orElseThrow();
    }

    @Test
    void manyInstances_orderOnceAndShareTheCertificate() throws Exception {
        Hostname host = hostname("race.example");
        List<Future<LeasedIssuance.Outcome>> outcomes = new ArrayList<>();
        try (var tables = tables();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                LeasedIssuance instance = instance(tables, "instance-" + i, this::issued, Pause.REAL);
                Callable<LeasedIssuance.Outcome> obtain = () -> instance.obtain(host, Route.UNNAMED);
                outcomes.add(threads.submit(obtain));
            }
            List<LeasedIssuance.Obtained> obtained = new ArrayList<>();
            for (Future<LeasedIssuance.Outcome> outcome : outcomes) {
                obtained.add((LeasedIssuance.Obtained) outcome.get());
            }
            assertThat(orders).hasValue(1);
            assertThat(obtained).filteredOn(LeasedIssuance.Obtained::ownOrder).hasSize(1);
            assertThat(obtained)
                    .extracting(one -> one.certificate().chain().getFirst().getSerialNumber())
                    .containsOnly(
                            obtained.getFirst().certificate().chain().getFirst().getSerialNumber());
        }
    }

    @Test
    void holderThatDied_isTakenOver() {
        Hostname host = hostname("dead.example");
        try (var tables = tables()) {
            assertThat(tables.leases().claim(host, "dead")).isInstanceOf(ClaimResult.Claimed.class);
            Instant before = clock.instant();

            var outcome = instance(tables, "alive", this::issued).obtain(host, Route.UNNAMED);

            assertThat(outcome).isInstanceOf(LeasedIssuance.Obtained.class);
            assertThat(Duration.between(before, clock.instant()))
                    .isBetween(Duration.ofSeconds(15), Duration.ofSeconds(17));
        }
    }

    @Test
    void failures_backOffOneTenAndAHundredMinutesThenDaily() {
        Hostname host = hostname("failing.example");
        try (var tables = tables()) {
            LeasedIssuance instance = instance(
                    tables,
                    "one",
                    request -> new IssuanceOutcome.Unavailable(IssuanceOutcome.Cause.WRONG_CERTIFICATE, "test"));
            for (long minutes : new long[] {1, 10, 100, 24 * 60, 24 * 60}) {
                int before = orders.get();
                Instant retryAt = clock.instant().plus(Duration.ofMinutes(minutes));
                var failed = new LeasedIssuance.Failed(Cause.ISSUANCE_FAILED, retryAt);
                assertThat(instance.obtain(host, Route.UNNAMED)).isEqualTo(failed);
                clock.advance(Duration.ofMinutes(minutes).minusMillis(1));
                assertThat(instance.obtain(host, Route.UNNAMED)).isEqualTo(failed);
                assertThat(orders).hasValue(before + 1);
                clock.advance(Duration.ofMillis(1));
            }
        }
    }

    @Test
    void rateLimit_pausesAllNamesUntilTheAuthoritysTime() {
        try (var tables = tables()) {
            Instant retryAt = clock.instant().plus(Duration.ofMinutes(7));
            LeasedIssuance instance = instance(
                    tables, "one", request -> clock.instant().isBefore(retryAt) ? limited(retryAt) : issued(request));
            var paused = new LeasedIssuance.Failed(Cause.ISSUANCE_FAILED, retryAt);
            assertThat(instance.obtain(hostname("first.example"), Route.UNNAMED))
                    .isEqualTo(paused);
            assertThat(instance.obtain(hostname("second.example"), Route.UNNAMED))
                    .isEqualTo(paused);
            assertThat(orders).hasValue(1);
            clock.advance(Duration.ofMinutes(7));
            assertThat(instance.obtain(hostname("second.example"), Route.UNNAMED))
                    .isInstanceOf(LeasedIssuance.Obtained.class);
        }
    }

    private static IssuanceOutcome limited(Instant retryAt) {
        var problem = new AcmeProblem(
                "urn:ietf:params:acme:error:rateLimited",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(429),
                Optional.empty(),
                List.of());
        return new IssuanceOutcome.RateLimited(retryAt, problem);
    }
}
