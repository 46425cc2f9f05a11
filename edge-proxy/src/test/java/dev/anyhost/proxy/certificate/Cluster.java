package dev.anyhost.proxy.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import dev.anyhost.domain.Verdict;
import dev.anyhost.proxy.admission.Admission;
import dev.anyhost.proxy.admission.AskLimits;
import dev.anyhost.proxy.challenge.ChallengeType;
import dev.anyhost.proxy.issuance.AcmeProblem;
import dev.anyhost.proxy.issuance.Authority;
import dev.anyhost.proxy.issuance.AuthorityBudget;
import dev.anyhost.proxy.issuance.ChallengeChoice;
import dev.anyhost.proxy.issuance.IssuanceBudget;
import dev.anyhost.proxy.issuance.IssuanceOutcome;
import dev.anyhost.proxy.issuance.IssuanceRequest;
import dev.anyhost.proxy.issuance.IssuanceTime;
import dev.anyhost.proxy.issuance.Issuer;
import dev.anyhost.proxy.issuance.OrderLimits;
import dev.anyhost.proxy.issuance.Pause;
import dev.anyhost.proxy.issuance.Permit;
import dev.anyhost.proxy.issuance.Suggestion;
import dev.anyhost.proxy.preflight.PreflightResult;
import dev.anyhost.proxy.renewal.Outcome;
import dev.anyhost.proxy.renewal.RenewalLoop;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.StoreSettings;
import dev.anyhost.store.TablesCheck;
import dev.anyhost.store.encryption.KeyEncryption;
import dev.anyhost.testkit.ConsumedCapacity;
import dev.anyhost.testkit.CountingDynamoDb;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.FakeClock;
import dev.anyhost.testkit.ServerIdentity;
import dev.anyhost.testkit.TestCa;
import dev.anyhost.testkit.memory.MemoryDynamoDb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.function.Supplier;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/**
 * Instances of the cold path over one store: a real database, a verifier and an authority that say what the test wants,
 * and one clock that waiting moves.
 */
public final class Cluster implements AutoCloseable {

    public static final String DIRECTORY = "https://ca.test/dir";
    static final String HOME = "us-east-1";
    public static final Route ROUTE = new Route(Optional.of("acme"), Optional.empty());

    private static final TestCa CA = TestCa.create("issuer");

    public final FakeClock clock = FakeClock.at(Instant.parse("2026-11-21T00:00:00Z"));
    public final List<IssuanceRequest> orders = Collections.synchronizedList(new ArrayList<>());
    public final List<Hostname> asked = Collections.synchronizedList(new ArrayList<>());
    public final CertificateTables tables;
    public final CountingDynamoDb dynamo;

    /** What the calls cost. */
    public final ConsumedCapacity capacity;

    /** The tables' names. */
    public final String certificates;

    private final String coordination;

    /** What the verifier says. */
    public Function<Hostname, Verdict> verifier = _ -> new Verdict.Allowed(ROUTE, Duration.ofMinutes(5));

    /** What the authority does. */
    public Function<IssuanceRequest, IssuanceOutcome> authority = this::issued;

    /** When the authority would like a certificate to be renewed. */
    public Function<X509Certificate, Suggestion> suggestion = _ -> new Suggestion.None();

    /** How far our clock is ahead of the authority's. */
    public Optional<Duration> clockAhead = Optional.of(Duration.ZERO);

    /** How long certificates live. */
    public Duration life = Duration.ofDays(90);

    /** What a look before an order gives. */
    public Function<Hostname, PreflightResult> preflight = _ -> new PreflightResult.Passed(Set.of());

    Pause pause = clock::advance;

    /** The authorities, and those of them that can't be reached. */
    List<String> directories = List.of(DIRECTORY);

    final Set<String> down = ConcurrentHashMap.newKeySet();

    /** Which authorities were asked, in their order. */
    final List<String> tried = Collections.synchronizedList(new ArrayList<>());

    /** Where orders were made, in their order. */
    final List<String> ordered = Collections.synchronizedList(new ArrayList<>());

    /** What its budgets take the authorities to allow. */
    public OrderLimits limits = OrderLimits.NONE;

    public int newNames = 1_000_000;

    /** For orders at a time. */
    int places = 10;

    EarlyCertificates.Limits earlyLimits = EarlyCertificates.Limits.DEFAULT;

    /** Runs what goes before visitors. */
    Executor background = Runnable::run;

    final List<EarlyCertificates.Result> earlyResults = Collections.synchronizedList(new ArrayList<>());

    private final List<HeldCertificates> opened = new ArrayList<>();
    private final KeyEncryption keys;
    /** Runs nothing: tests say when changes are told. */
    private final ScheduledExecutorService unhurried = Executors.newScheduledThreadPool(1);

    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);

    Cluster(DynamoDbLocal database, Path folder) throws IOException {
        this(database, folder, new ConsumedCapacity());
    }

    private Cluster(DynamoDbLocal database, Path folder, ConsumedCapacity capacity) throws IOException {
        this(database.client(capacity), folder, capacity);
    }

    /** In memory. */
    public Cluster(MemoryDynamoDb database, Path folder) throws IOException {
        this(database, folder, new ConsumedCapacity());
    }

    private Cluster(DynamoDbClient database, Path folder, ConsumedCapacity capacity) throws IOException {
        this(database, folder, capacity, UUID.randomUUID().toString());
    }

    /** With tables whose names end so. */
    Cluster(DynamoDbClient database, Path folder, ConsumedCapacity capacity, String run) throws IOException {
        this.capacity = capacity;
        Path key = folder.resolve("key-" + UUID.randomUUID());
        Files.writeString(key, Base64.getEncoder().encodeToString(new byte[32]));
        keys = ((KeyEncryption.Configured.Usable) KeyEncryption.of(List.of("file:" + key.getFileName()), folder))
                .encryption();
        dynamo = new CountingDynamoDb(database);
        certificates = "certificates-" + run;
        coordination = "coordination-" + run;
        tables = tables(HOME, new CertificateTables.Clients(dynamo, dynamo));
        assertThat(tables.check()).isEqualTo(new TablesCheck.Ready());
        dynamo.resetCalls();
        unhurried.shutdown();
    }

    /** The store as processes of one region see it. */
    CertificateTables tables(String region, CertificateTables.Clients clients) {
        return new CertificateTables(
                new StoreSettings(
                        new StoreSettings.Table(region, Optional.empty(), certificates),
                        new StoreSettings.Table(HOME, Optional.empty(), coordination),
                        true),
                clients,
                keys,
                clock,
                clock::nanos);
    }

    /** One process. */
    public record Instance(
            Admission admission,
            HeldCertificates held,
            FailureMemory failures,
            LeasedIssuance issuance,
            Acquisition acquisition,
            ChangeFollower changes,
            IssuanceBudget budget,
            EarlyCertificates early,
            Announcements announcements) {

        public CertificateAnswer visit(Hostname hostname) {
            return acquisition.acquire(hostname);
        }
    }

    public Instance instance(String owner) {
        return instance(owner, tables);
    }

    /** One that sees the store so. */
    Instance instance(String owner, CertificateTables seen) {
        var time = new IssuanceTime(clock, clock::nanos, duration -> pause.pause(duration));
        var admission = new Admission(this::ask, AskLimits.DEFAULT, clock::nanos);
        var held = new HeldCertificates(1_000, clock);
        opened.add(held);
        var failures = new FailureMemory(clock);
        var budget = new IssuanceBudget(places);
        var announcements = new Announcements(seen.changes(), unhurried);
        var issuance = new LeasedIssuance(
                new LeasedIssuance.Orders(
                        seen::orders,
                        authorities(),
                        budget,
                        new NewNames(newNames, clock::nanos),
                        (hostname, _) -> preflight.apply(hostname)),
                new LeasedIssuance.Surroundings(owner, time, timer, announcements));
        var acquisition = new Acquisition(
                admission,
                new Acquisition.Certificates(
                        held,
                        seen.certificates(),
                        Acquisition.Strangers.bounded(clock::nanos),
                        new TrafficNotes(seen.traffic(), clock, new Random(owner.hashCode()), Runnable::run)),
                issuance,
                failures,
                clock,
                Runnable::run);
        var early = new EarlyCertificates(
                acquisition,
                budget,
                earlyLimits,
                new EarlyCertificates.Surroundings(
                        time, work -> background.execute(work), new Random(owner.hashCode()), earlyResults::add));
        var changes = new ChangeFollower(
                seen.changes(), new ChangeFollower.Told(admission, failures, seen.leases(), acquisition, early), time);
        return new Instance(admission, held, failures, issuance, acquisition, changes, budget, early, announcements);
    }

    /** Looks after what is due, in the place of this instance, when it is told to. */
    public RenewalLoop renewals(Instance instance, String owner, List<Outcome> results) {
        return new RenewalLoop(
                new RenewalLoop.Store(tables.certificates(), tables.parts(), tables.late()),
                new Renewer(instance.acquisition(), instance.issuance(), clock),
                () -> List.of(new ScriptedIssuer(DIRECTORY)),
                Duration.ofDays(90),
                new RenewalLoop.Surroundings(
                        owner,
                        new IssuanceTime(clock, clock::nanos, duration -> pause.pause(duration)),
                        timer,
                        work -> background.execute(work),
                        new Random(owner.hashCode()),
                        results::add));
    }

    /** What one process knows of the authorities. */
    Supplier<List<Authority>> authorities() {
        List<Authority> known = directories.stream()
                .map(directory -> new Authority(
                        new ScriptedIssuer(directory),
                        new AuthorityBudget(directory, limits, clock),
                        new ChallengeChoice(List.of(ChallengeType.HTTP_01, ChallengeType.TLS_ALPN_01))))
                .toList();
        return () -> known;
    }

    private Verdict ask(Hostname hostname) {
        asked.add(hostname);
        return verifier.apply(hostname);
    }

    private final class ScriptedIssuer implements Issuer {

        private final String directory;

        private ScriptedIssuer(String directory) {
            this.directory = directory;
        }

        @Override
        public String directory() {
            return directory;
        }

        @Override
        public IssuanceOutcome issue(IssuanceRequest request) {
            tried.add(directory);
            if (down.contains(directory)) {
                return new IssuanceOutcome.Unavailable(IssuanceOutcome.Cause.UNREACHABLE, "down");
            }
            boolean exempt =
                    request.replaces().isPresent() || request.orderToResume().isPresent();
            return switch (request.permit().ask(exempt)) {
                case Permit.Granted() -> {
                    orders.add(request);
                    ordered.add(directory);
                    yield authority.apply(request);
                }
                case Permit.Withheld why -> new IssuanceOutcome.NotOrdered(why);
                case Permit.Unreachable(String reason) ->
                    new IssuanceOutcome.Unavailable(IssuanceOutcome.Cause.STORE_FAILED, reason);
            };
        }

        @Override
        public Optional<Duration> clockAhead() {
            return clockAhead;
        }

        @Override
        public Suggestion suggestion(X509Certificate certificate) {
            return suggestion.apply(certificate);
        }
    }

    /** A certificate. */
    public IssuanceOutcome issued(IssuanceRequest request) {
        Instant now = clock.instant();
        ServerIdentity identity =
                CA.issue(List.of(request.hostname().value()), now.minus(Duration.ofHours(1)), now.plus(life));
        return new IssuanceOutcome.Issued(identity.chain(), identity.privateKey(), DIRECTORY, request.preferred());
    }

    public static IssuanceOutcome challengeFailed(IssuanceRequest request) {
        return new IssuanceOutcome.ChallengeFailed(
                request.preferred(), problem("urn:ietf:params:acme:error:unauthorized", "404 from 192.0.2.1"));
    }

    static IssuanceOutcome limited(Instant retryAt, String detail) {
        return new IssuanceOutcome.RateLimited(retryAt, problem("urn:ietf:params:acme:error:rateLimited", detail));
    }

    private static AcmeProblem problem(String type, String detail) {
        return new AcmeProblem(
                type,
                Optional.empty(),
                Optional.of(detail),
                Optional.empty(),
                Optional.of(403),
                Optional.empty(),
                List.of());
    }

    public static Hostname hostname(String name) {
        return Hostname.parse(name).orElseThrow();
    }

    @Override
    public void close() {
        opened.forEach(HeldCertificates::close);
        timer.shutdownNow();
        tables.close();
        keys.close();
    }
}
