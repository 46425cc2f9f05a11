package dev.anyhost.proxy.migration;

import static dev.anyhost.proxy.migration.ImportStore.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Route;
import dev.anyhost.proxy.migration.ImportOutcome.Failed;
import dev.anyhost.proxy.migration.ImportOutcome.Imported;
import dev.anyhost.proxy.migration.ImportOutcome.Kept;
import dev.anyhost.store.FailureResult;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.IssuanceFailure;
import dev.anyhost.store.LastVerdict;
import dev.anyhost.store.Lease;
import dev.anyhost.store.StoredCertificate;
import dev.anyhost.store.changes.Change;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.DynamoOperation;
import dev.anyhost.testkit.ServerIdentity;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.ProvisionedThroughputExceededException;

class CertificateImportTest {

    private static final String SHOP = "shop.example";
    private static final LastVerdict ALLOWED = LastVerdict.allowed(
            new Route(Optional.of("tenant"), Optional.of(URI.create("https://app.tenant.example"))));

    private static DynamoDbLocal database;

    @TempDir
    static Path folder;

    private final ServerIdentity shop = CaddyTree.certificate(SHOP);
    private ImportStore store;

    @BeforeAll
    static void start() {
        database = DynamoDbLocal.start();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @BeforeEach
    void open() throws IOException {
        store = new ImportStore(database, folder);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static ServerIdentity ending(Duration fromNow) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        return CaddyTree.certificate(SHOP, now.minus(Duration.ofDays(1)), now.plus(fromNow));
    }

    private static Imported imported(ServerIdentity identity) {
        return new Imported(identity.leaf().getNotAfter().toInstant(), CaddyTree.DIRECTORY);
    }

    private IssuanceFailure failure(Duration retryIn) {
        Instant now = store.clock.instant();
        return new IssuanceFailure(
                4, now, now.plus(retryIn), "challenge_failed", "{}", Optional.of("http-01"), ALLOWED.route());
    }

    @Test
    void certificateForANewName_isStoredAsNotYetAllowed() throws Exception {
        assertThat(store.take(shop, SHOP)).isEqualTo(imported(shop));

        StoredCertificate stored = store.stored(SHOP);
        assertThat(stored.chain()).isEqualTo(shop.chain());
        assertThat(stored.privateKey()).isEqualTo(shop.privateKey());
        assertThat(stored.issuer()).isEqualTo(CaddyTree.DIRECTORY);
        assertThat(stored.lastVerdict()).isEqualTo(LastVerdict.UNKNOWN);
        assertThat(stored.lastVerdict().refusedAt()).isPresent();
        assertThat(store.changes()).isEmpty();
        assertThat(store.claim(SHOP).token()).isEqualTo(stored.fence() + 1);
    }

    @Test
    void importOfTheSame_again_isKeptForOneRead() throws Exception {
        var _ = store.take(shop, SHOP);
        store.dynamo.resetCalls();

        assertThat(store.take(shop, SHOP)).isEqualTo(new Kept("stored already"));

        assertThat(store.dynamo.calls()).isEqualTo(1);
        assertThat(store.stored(SHOP).version()).isEqualTo(1);
    }

    @Test
    void storedCertificateThatExpiresLater_stays() throws Exception {
        ServerIdentity later = ending(Duration.ofDays(80));
        store.store(later, SHOP, ALLOWED);

        assertThat(store.take(ending(Duration.ofDays(79)), SHOP))
                .isEqualTo(new Kept("the stored one expires at "
                        + later.leaf().getNotAfter().toInstant()));

        assertThat(store.stored(SHOP).chain()).isEqualTo(later.chain());
    }

    @Test
    void storedCertificateThatExpiresSooner_isReplacedUnderItsVerdict_andProxiesAreTold() throws Exception {
        store.store(ending(Duration.ofDays(2)), SHOP, ALLOWED);

        assertThat(store.take(shop, SHOP)).isEqualTo(imported(shop));

        assertThat(store.stored(SHOP).chain()).isEqualTo(shop.chain());
        assertThat(store.stored(SHOP).version()).isEqualTo(2);
        assertThat(store.stored(SHOP).lastVerdict()).isEqualTo(ALLOWED);
        assertThat(store.changes()).containsExactly(new Change(Change.Kind.RENEWED, hostname(SHOP)));
    }

    @Test
    void refusedName_staysRefused() throws Exception {
        var refused = new LastVerdict(Route.UNNAMED, Optional.of(store.clock.instant()));
        store.store(ending(Duration.ofDays(2)), SHOP, refused);

        assertThat(store.take(shop, SHOP)).isEqualTo(imported(shop));

        assertThat(store.stored(SHOP).lastVerdict()).isEqualTo(refused);
    }

    @Test
    void orderUnderWay_isWaitedFor_andItsBetterCertificateStays() throws Exception {
        ServerIdentity ordered = ending(Duration.ofDays(91));
        Lease order = store.claim(SHOP);
        store.meanwhile = () -> {
            store.meanwhile = () -> {};
            var next = store.fresh(ordered, SHOP);
            store.tables.certificates().put(next, 0, order);
            store.tables.leases().release(order);
        };

        assertThat(store.take(shop, SHOP)).isInstanceOf(Kept.class);

        assertThat(store.stored(SHOP).chain()).isEqualTo(ordered.chain());
    }

    @Test
    void orderThatIsKeptAlive_outlastsTheImportsPatience() throws Exception {
        Lease[] order = {store.claim(SHOP)};
        store.meanwhile = () -> order[0] =
                ((dev.anyhost.store.LeaseUpdate.Kept) store.tables.leases().renew(order[0])).lease();

        assertThat(store.take(shop, SHOP)).isEqualTo(new Failed("an order for it is under way: import again"));

        assertThat(store.tables.certificates().findConsistent(hostname(SHOP))).isEqualTo(new FindResult.Absent());
    }

    @Test
    void orderThatDied_isTakenOver_andItsLateWriteIsRejected() throws Exception {
        Lease dead = store.claim(SHOP);

        assertThat(store.take(shop, SHOP)).isEqualTo(imported(shop));

        assertThat(store.pauses.stream().reduce(Duration.ZERO, Duration::plus)).isGreaterThanOrEqualTo(Lease.TERM);
        assertThat(store.tables.certificates().put(store.fresh(ending(Duration.ofDays(91)), SHOP), 1, dead))
                .isInstanceOf(dev.anyhost.store.WriteResult.Fenced.class);
        assertThat(store.stored(SHOP).chain()).isEqualTo(shop.chain());
    }

    @Test
    void importThatSlept_isFencedOff() throws Exception {
        ServerIdentity ordered = ending(Duration.ofDays(2));
        store.dynamo.beforeNext(DynamoOperation.PUT_ITEM, () -> {
            store.clock.advance(ImportStore.LONG);
            var watch = ((dev.anyhost.store.ClaimResult.HeldByOther)
                            store.tables.leases().claim(hostname(SHOP), "order"))
                    .watch();
            store.clock.advance(ImportStore.LONG);
            var taken = (dev.anyhost.store.ClaimResult.Claimed)
                    store.tables.leases().claimAfterWatching(watch, "order");
            store.tables.certificates().put(store.fresh(ordered, SHOP), 0, taken.lease());
        });

        assertThat(store.take(shop, SHOP))
                .isInstanceOfSatisfying(
                        Failed.class, failed -> assertThat(failed.reason()).contains("an order came in between"));

        assertThat(store.stored(SHOP).chain()).isEqualTo(ordered.chain());
    }

    @Test
    void nameWhoseOrdersFail_isImportedInSpiteOfTheBackOff_whichEnds() throws Exception {
        store.tables.leases().fail(store.claim(SHOP), failure(Duration.ofDays(1)));

        assertThat(store.take(shop, SHOP)).isEqualTo(imported(shop));

        assertThat(store.tables.leases().findFailure(hostname(SHOP))).isEqualTo(new FailureResult.None());
        assertThat(store.changes()).containsExactly(new Change(Change.Kind.FORGIVEN, hostname(SHOP)));
    }

    @Test
    void nameWhoseOrdersFail_keepsItsBackOff_whenTheImportFailsToo() throws Exception {
        IssuanceFailure failure = failure(Duration.ofDays(1));
        store.tables.leases().fail(store.claim(SHOP), failure);
        for (int i = 0; i < 6; i++) {
            store.dynamo.failNext(DynamoOperation.PUT_ITEM, throttled());
        }

        assertThat(store.take(shop, SHOP)).isInstanceOf(Failed.class);

        assertThat(store.tables.leases().findFailure(hostname(SHOP))).isEqualTo(new FailureResult.Remembered(failure));
        assertThat(store.changes()).isEmpty();
    }

    @Test
    void storeAtItsLimit_isAskedAgainLaterAndLater() throws Exception {
        for (int i = 0; i < 3; i++) {
            store.dynamo.failNext(DynamoOperation.PUT_ITEM, throttled());
        }

        assertThat(store.take(shop, SHOP)).isEqualTo(imported(shop));

        assertThat(store.pauses).containsExactly(Duration.ofMillis(250), Duration.ofMillis(500), Duration.ofSeconds(1));
    }

    @Test
    void answerToTheWriteThatIsLost_isNoFailure() throws Exception {
        store.dynamo.loseNextAnswer(DynamoOperation.PUT_ITEM);

        assertThat(store.take(shop, SHOP)).isEqualTo(imported(shop));

        assertThat(store.stored(SHOP).version()).isEqualTo(1);
    }

    @Test
    void dryRun_saysWhatItWould_andWritesNothing() throws Exception {
        store.store(ending(Duration.ofDays(2)), SHOP, ALLOWED);
        store.dynamo.resetCalls();

        assertThat(store.imports(true).store(store.fresh(shop, SHOP))).isEqualTo(imported(shop));

        assertThat(store.dynamo.calls()).isEqualTo(store.dynamo.calls(DynamoOperation.GET_ITEM));
        assertThat(store.stored(SHOP).version()).isEqualTo(1);
    }

    private static RuntimeException throttled() {
        return ProvisionedThroughputExceededException.builder()
                .message("scripted")
                .build();
    }

    @Test
    void openOrderOfAnotherInstance_isForgottenOnlyWhereACertificateWasStored() throws Exception {
        var order = new Lease.PendingOrder("https://ca.test/dir", URI.create("https://ca.test/order/1"));
        Lease lease = store.claim(SHOP);
        store.tables.leases().recordOrder(lease, order);
        store.tables.leases().handOver(lease);
        for (int i = 0; i < 6; i++) {
            store.dynamo.failNext(DynamoOperation.PUT_ITEM, throttled());
        }

        assertThat(store.take(shop, SHOP)).isInstanceOf(Failed.class);
        Lease next = store.claim(SHOP);
        assertThat(next.order()).contains(order);
        store.tables.leases().handOver(next);

        assertThat(store.take(shop, SHOP)).isEqualTo(imported(shop));
        assertThat(store.claim(SHOP).order()).isEmpty();
    }

    @Test
    void outcomes_showNoKey() throws Exception {
        assertThat(List.of(store.take(shop, SHOP), store.fresh(shop, SHOP)))
                .asString()
                .doesNotContain("PrivateKey", shop.privateKey().toString());
    }
}
