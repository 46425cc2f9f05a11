package dev.anyhost.proxy.issuance;

import static dev.anyhost.proxy.challenge.ChallengeType.HTTP_01;
import static dev.anyhost.proxy.challenge.ChallengeType.TLS_ALPN_01;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.challenge.ChallengeAnswer;
import dev.anyhost.proxy.challenge.ChallengeBoard;
import dev.anyhost.proxy.challenge.ChallengeType;
import dev.anyhost.proxy.challenge.Http01Answers;
import dev.anyhost.proxy.issuance.IssuanceOutcome.Cause;
import dev.anyhost.proxy.issuance.IssuanceOutcome.ChallengeFailed;
import dev.anyhost.proxy.issuance.IssuanceOutcome.Issued;
import dev.anyhost.proxy.issuance.IssuanceOutcome.Unavailable;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.StoreSettings;
import dev.anyhost.store.TablesCheck;
import dev.anyhost.store.encryption.KeyEncryption;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.PebbleCa;
import dev.anyhost.testkit.PebbleOptions;
import dev.anyhost.testkit.Ports;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.interfaces.ECPublicKey;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A real authority, the real store, and nothing but the two listeners between them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AcmeIssuerPebbleTest {

    private final InstantSource clock = InstantSource.system();
    private DynamoDbLocal database;
    private CertificateTables tables;
    private PebbleCa pebble;
    private ChallengeBoard board;
    private ValidatedListeners listeners;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        database = DynamoDbLocal.start();
        tables = tables(folder);
        List<Integer> ports = Ports.free(2);
        pebble = PebbleCa.start(PebbleOptions.validatingAt(ports.getFirst(), ports.getLast()));
        board = new ChallengeBoard(tables.challenges(), clock);
        listeners = ValidatedListeners.start(
                ports.getFirst(),
                ports.getLast(),
                new Http01Answers(account(pebble.directory()).thumbprint()),
                board);
    }

    @AfterAll
    void stop() throws Exception {
        listeners.close();
        pebble.close();
        tables.close();
        database.close();
    }

    @ParameterizedTest
    @EnumSource
    void challenge_getsACertificateThatOurRootsVerify(ChallengeType type) throws Exception {
        Hostname hostname = Hostname.parse(type.label() + ".example").orElseThrow();

        Issued issued = issued(issue(pebble, hostname, type));

        assertThat(issued.worked()).isEqualTo(type);
        assertThat(issued.issuer()).isEqualTo(pebble.directory().toString());
        assertThat(issued.chain().getFirst().getSubjectAlternativeNames())
                .containsExactly(List.of(2, hostname.value()));
        assertThat(issued.chain().getFirst().getPublicKey()).isInstanceOf(ECPublicKey.class);
        issued.chain().getLast().verify(pebble.issuingRoots().getFirst().getPublicKey());
        assertThat(issued.toString()).doesNotContain("key");
    }

    @Test
    void tlsAlpnValidation_speaksAcmeTlsOnly() {
        issued(issue(pebble, Hostname.parse("alpn.example").orElseThrow(), TLS_ALPN_01));

        assertThat(listeners.protocols()).isNotEmpty().containsOnly("acme-tls/1");
    }

    @Test
    void accountUrl_isStored_andASecondProcessUsesTheSameAccount() {
        issued(issue(pebble, Hostname.parse("first.example").orElseThrow(), HTTP_01));
        SharedAccount other = account(pebble.directory());

        assertThat(other.toString()).contains(pebble.directory().toString());
        assertThat(tables.accounts().find(pebble.directory().toString()).toString())
                .contains("my-account");
        assertThat(other.thumbprint())
                .isEqualTo(account(URI.create("https://other.example/dir")).thumbprint());
    }

    @Test
    void interruptedOrder_isResumedByAnotherWithoutANewOrder() {
        Hostname hostname = Hostname.parse("resumed.example").orElseThrow();
        List<URI> orders = new ArrayList<>();
        try (AcmeIssuer first = issuer(pebble, board)) {
            var stopAfterOrder = new IssuanceRequest(
                    hostname,
                    HTTP_01,
                    Optional.empty(),
                    Optional.empty(),
                    _ -> new Permit.Granted(),
                    orders::add,
                    () -> !orders.isEmpty());
            assertThat(first.issue(stopAfterOrder))
                    .isInstanceOfSatisfying(
                            Unavailable.class, u -> assertThat(u.cause()).isEqualTo(Cause.STOPPED));
        }
        long before = pebble.orders();

        try (AcmeIssuer second = issuer(pebble, board)) {
            issued(second.issue(new IssuanceRequest(
                    hostname,
                    TLS_ALPN_01,
                    Optional.of(orders.getFirst()),
                    Optional.empty(),
                    _ -> new Permit.Granted(),
                    orders::add,
                    () -> false)));
        }

        assertThat(pebble.orders()).isEqualTo(before);
        assertThat(orders).hasSize(1);
    }

    @Test
    void ordersInParallel_allSucceed() throws Exception {
        try (AcmeIssuer issuer = issuer(pebble, board);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<IssuanceOutcome>> all = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                Hostname hostname = Hostname.parse("parallel-" + i + ".example").orElseThrow();
                ChallengeType type = i % 2 == 0 ? HTTP_01 : TLS_ALPN_01;
                all.add(() -> issuer.issue(request(hostname, type)));
            }
            for (Future<IssuanceOutcome> outcome : threads.invokeAll(all)) {
                issued(outcome.get());
            }
        }
    }

    @Test
    void failedValidation_withdrawsItsChallenge() throws Exception {
        List<Integer> closed = Ports.free(2);
        Hostname hostname = Hostname.parse("closed-tls.example").orElseThrow();
        try (PebbleCa elsewhere = PebbleCa.start(PebbleOptions.validatingAt(closed.getFirst(), closed.getLast()))) {
            assertThat(issue(elsewhere, hostname, TLS_ALPN_01)).isInstanceOf(ChallengeFailed.class);
        }
        assertThat(board.find(hostname)).isEqualTo(new ChallengeAnswer.Absent());
    }

    @Test
    void failedValidation_keepsTheAuthoritysWholeProblem() throws Exception {
        List<Integer> closed = Ports.free(2);
        try (PebbleCa elsewhere = PebbleCa.start(PebbleOptions.validatingAt(closed.getFirst(), closed.getLast()))) {
            IssuanceOutcome outcome =
                    issue(elsewhere, Hostname.parse("closed.example").orElseThrow(), HTTP_01);

            assertThat(outcome).isInstanceOfSatisfying(ChallengeFailed.class, failure -> {
                assertThat(failure.type()).isEqualTo(HTTP_01);
                assertThat(failure.problem().type()).startsWith("urn:ietf:params:acme:error:");
                assertThat(failure.problem().detail())
                        .hasValueSatisfying(text -> assertThat(text).contains("closed.example"));
                assertThat(failure.problem().status()).isPresent();
            });
        }
    }

    @Test
    void authorityThatForgotTheAccount_isRegisteredWithAgain() {
        try (PebbleCa fresh = PebbleCa.start(PebbleOptions.believing())) {
            tables.accounts()
                    .recordUrl(fresh.directory().toString(), fresh.directory().resolve("/my-account/8f3aa0"));

            issued(issue(fresh, Hostname.parse("forgotten.example").orElseThrow(), HTTP_01));
        }
    }

    @Test
    void halfOfAllNoncesRejected_everyOrderSucceedsWithoutExtraOrders() {
        int orders = 12;
        try (PebbleCa rejecting = PebbleCa.start(PebbleOptions.believing().withNonceRejectPercent(50));
                AcmeIssuer issuer = issuer(rejecting, board)) {
            for (int i = 0; i < orders; i++) {
                issued(issuer.issue(
                        request(Hostname.parse("nonce-" + i + ".example").orElseThrow(), HTTP_01)));
            }
            assertThat(rejecting.orders()).isEqualTo(orders);
        }
    }

    @Test
    void untrustedDirectory_isUntrusted() {
        assertThat(issueTrusting(Optional.empty()))
                .isInstanceOfSatisfying(
                        Unavailable.class,
                        unavailable -> assertThat(unavailable.cause()).isEqualTo(Cause.UNTRUSTED));
    }

    private IssuanceOutcome issueTrusting(Optional<Path> roots) {
        try (AcmeIssuer issuer = issuer(settings(pebble, roots), board)) {
            return issuer.issue(request(Hostname.parse("untrusted.example").orElseThrow(), HTTP_01));
        }
    }

    private IssuanceOutcome issue(PebbleCa authority, Hostname hostname, ChallengeType type) {
        try (AcmeIssuer issuer = issuer(authority, board)) {
            return issuer.issue(request(hostname, type));
        }
    }

    private static Issued issued(IssuanceOutcome outcome) {
        assertThat(outcome).isInstanceOf(Issued.class);
        return (Issued) outcome;
    }

    private static IssuanceRequest request(Hostname hostname, ChallengeType type) {
        return new IssuanceRequest(
                hostname,
                type,
                Optional.empty(),
                Optional.empty(),
                _ -> new Permit.Granted(),
                order -> {},
                () -> false);
    }

    private AcmeIssuer issuer(PebbleCa authority, ChallengeBoard challenges) {
        return issuer(settings(authority, Optional.of(authority.trustedRoots())), challenges);
    }

    private AcmeIssuer issuer(AcmeSettings settings, ChallengeBoard challenges) {
        if (DirectoryTrust.reading(settings.trustedRoots()) instanceof DirectoryTrust.Trusting(var tls)) {
            return new AcmeIssuer(settings, tls, account(settings.directory()), challenges, IssuanceTime.real());
        }
        throw new AssertionError("unreadable roots");
    }

    private static AcmeSettings settings(PebbleCa authority, Optional<Path> roots) {
        return new AcmeSettings(authority.directory(), "ops@example.com", roots, List.of(HTTP_01, TLS_ALPN_01));
    }

    private SharedAccount account(URI directory) {
        return switch (SharedAccount.load(tables.accounts(), directory)) {
            case SharedAccount.Loading.Loaded(SharedAccount account) -> account;
            case SharedAccount.Loading.NotReady(String reason) -> throw new AssertionError(reason);
        };
    }

    private CertificateTables tables(Path folder) throws Exception {
        Files.writeString(folder.resolve("key"), Base64.getEncoder().encodeToString(new byte[32]));
        if (!(KeyEncryption.of(List.of("file:key"), folder)
                instanceof KeyEncryption.Configured.Usable(KeyEncryption keys))) {
            throw new AssertionError("no key");
        }
        var settings = new StoreSettings(table("certificates"), table("coordination"), true);
        var clients = new CertificateTables.Clients(database.client(), database.client());
        var opened = new CertificateTables(settings, clients, keys, clock, System::nanoTime);
        assertThat(opened.check()).isInstanceOf(TablesCheck.Ready.class);
        return opened;
    }

    private StoreSettings.Table table(String name) {
        return new StoreSettings.Table("us-east-1", Optional.of(database.endpoint()), name);
    }
}
