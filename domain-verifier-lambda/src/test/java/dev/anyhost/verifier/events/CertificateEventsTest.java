package dev.anyhost.verifier.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.changes.Change;
import dev.anyhost.testkit.CoordinationTable;
import dev.anyhost.testkit.CountingDynamoDb;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.DynamoOperation;
import dev.anyhost.testkit.FakeClock;
import dev.anyhost.verifier.onboarding.CheckSchedule;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.DomainEvent;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.onboarding.Finding;
import dev.anyhost.verifier.onboarding.FindingCode;
import dev.anyhost.verifier.onboarding.Summary;
import dev.anyhost.verifier.whitelist.FindResult;
import dev.anyhost.verifier.whitelist.ProxyNotices;
import dev.anyhost.verifier.whitelist.Whitelist;
import dev.anyhost.verifier.whitelist.WhitelistSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** From the proxies' change log into outboxes: both real tables. */
class CertificateEventsTest {

    private static final DynamoDbLocal DYNAMO = DynamoDbLocal.start();
    private static final Hostname SHOP = Hostname.parse("shop.example").orElseThrow();

    private final String table = "domains-" + UUID.randomUUID();
    private final String log = "coordination-" + UUID.randomUUID();
    private final FakeClock clock = FakeClock.at("2026-11-21T00:00:00Z");
    private final CountingDynamoDb dynamo = new CountingDynamoDb(DYNAMO.client());
    private final Whitelist whitelist = new Whitelist(dynamo, table, clock);
    private final ProxyNotices notices =
            ProxyNotices.open(new WhitelistSettings("us-east-1", Optional.of(DYNAMO.endpoint()), log, false), clock);
    private final CertificateEvents events = new CertificateEvents(whitelist, notices, clock);

    @AfterAll
    static void stop() {
        DYNAMO.close();
    }

    @BeforeEach
    void open() {
        whitelist.check(true);
        try (DynamoDbClient client = DYNAMO.client()) {
            CoordinationTable.create(client, log);
        }
        whitelist.add(SHOP, "acme", Optional.empty(), DomainStatus.ACTIVE);
    }

    @AfterEach
    void close() {
        whitelist.close();
        notices.close();
    }

    private void publish(Change.Kind kind) {
        notices.publish(new Change(kind, SHOP));
    }

    private Domain shop() {
        return ((FindResult.Found) whitelist.findConsistent(SHOP)).domain();
    }

    private List<DomainEvent.Type> types() {
        return shop().outbox().events().stream().map(DomainEvent::type).toList();
    }

    private void hindered(FindingCode code, boolean served) {
        notices.publish(new Change(
                Change.Kind.ISSUANCE_FAILED,
                SHOP,
                Optional.of(new Change.Cause(code.text(), "192.0.2.1 answers with status 404", served))));
        clock.advance(Duration.ofMinutes(1));
        events.takeOver();
    }

    private Summary summary() {
        return Summary.of(shop(), clock.instant());
    }

    @Test
    void whatStoodInTheWayOfAnOrder_isInTheSummaryUntilThereIsACertificate() {
        hindered(FindingCode.ADDRESS_ELSEWHERE, false);

        assertThat(summary())
                .isEqualTo(new Summary(
                        Summary.State.STUCK,
                        "address_elsewhere",
                        "192.0.2.1 answers with status 404",
                        Optional.empty()));
        assertThat(shop().outbox().events().getLast().cause())
                .contains(new DomainEvent.Cause("address_elsewhere", "192.0.2.1 answers with status 404"));

        publish(Change.Kind.ISSUED);
        clock.advance(Duration.ofMinutes(1));
        events.takeOver();

        assertThat(summary().code()).isEqualTo("active");
    }

    @Test
    void sameHindranceAgain_isNoNews() {
        for (int look = 0; look < 5; look++) {
            hindered(FindingCode.CAA_REFUSES, false);
        }
        assertThat(types()).containsExactly(DomainEvent.Type.CREATED, DomainEvent.Type.CERTIFICATE_FAILED);
    }

    @Test
    void hindranceOfARenewal_leavesTheHostnameServing() {
        hindered(FindingCode.NO_RECORDS, true);

        assertThat(summary().state()).isEqualTo(Summary.State.SERVING);
        assertThat(summary().code()).isEqualTo("no_records");
    }

    @Test
    void findingOfACheck_saysBetterWhatToChange() {
        hindered(FindingCode.ADDRESS_ELSEWHERE, false);
        Domain shop = shop();
        whitelist.update(
                shop,
                shop.checked(
                        new Finding(FindingCode.CAA_REFUSES, "add a record"), CheckSchedule.DEFAULT, clock.instant()));

        assertThat(summary().code()).isEqualTo("caa_refuses");
        assertThat(summary().state()).isEqualTo(Summary.State.SERVING);
    }

    @Test
    void causeOfALaterRelease_isAFailureLikeOthers() {
        notices.publish(new Change(
                Change.Kind.ISSUANCE_FAILED, SHOP, Optional.of(new Change.Cause("not_yet_known", "?", false))));
        events.takeOver();

        assertThat(summary().code()).isEqualTo("active");
        assertThat(types()).contains(DomainEvent.Type.CERTIFICATE_FAILED);
    }

    @Test
    void whatBecameOfCertificates_isTakenOverOnceInItsOrderAndNothingElseIs() {
        publish(Change.Kind.ISSUANCE_FAILED);
        clock.advance(Duration.ofMinutes(2));
        publish(Change.Kind.ISSUED);
        publish(Change.Kind.ACTIVATED);
        clock.advance(Duration.ofMinutes(2));
        publish(Change.Kind.RENEWED);

        assertThat(events.takeOver()).isEqualTo(3);
        assertThat(types())
                .containsExactly(
                        DomainEvent.Type.CREATED,
                        DomainEvent.Type.CERTIFICATE_FAILED,
                        DomainEvent.Type.CERTIFICATE_ISSUED,
                        DomainEvent.Type.CERTIFICATE_RENEWED);
        assertThat(shop().outbox().events().get(1).cause())
                .map(DomainEvent.Cause::code)
                .contains("issuance_failed");
        assertThat(shop().outbox().events()).extracting(DomainEvent::id).doesNotHaveDuplicates();
        for (int minute = 0; minute < 15; minute++) {
            clock.advance(Duration.ofMinutes(1));
            assertThat(events.takeOver()).isZero();
        }
        assertThat(types()).hasSize(4);
    }

    @Test
    void crashBeforeTheCursorMoves_takesNothingOverTwiceEvenAfterItWasDelivered() {
        publish(Change.Kind.ISSUED);
        assertThat(events.takeOver()).isEqualTo(1);
        Domain told = shop();
        whitelist.update(told, told.delivered(told.outbox().emptied()));

        clock.advance(Duration.ofMinutes(1));
        publish(Change.Kind.RENEWED);
        // The row's write arrives, the cursor's doesn't: what a crash between them leaves.
        dynamo.beforeNext(
                DynamoOperation.PUT_ITEM,
                () -> dynamo.failNext(DynamoOperation.PUT_ITEM, SdkClientException.create("crash")));
        events.takeOver();
        assertThat(types()).containsExactly(DomainEvent.Type.CERTIFICATE_RENEWED);
        Domain again = shop();
        whitelist.update(again, again.delivered(again.outbox().emptied()));
        clock.advance(Duration.ofMinutes(1));
        events.takeOver();
        assertThat(types()).isEmpty();
    }

    /** The cursor's row can be written all the time, so that only what failed keeps it back. */
    @Test
    void rowThatCantBeWrittenForAWhile_losesNothing() {
        publish(Change.Kind.ISSUED);
        for (int round = 0; round < 3; round++) {
            clock.advance(Duration.ofMinutes(9));
            for (int attempt = 0; attempt < 3; attempt++) {
                dynamo.failNext(DynamoOperation.PUT_ITEM, SdkClientException.create("away"));
            }
            assertThat(events.takeOver()).isZero();
        }
        clock.advance(Duration.ofMinutes(9));
        assertThat(events.takeOver()).isEqualTo(1);
        clock.advance(Duration.ofHours(20));
        publish(Change.Kind.RENEWED);
        assertThat(events.takeOver()).isEqualTo(1);
        assertThat(types()).hasSize(3);
    }

    @Test
    void twoRunsAtOnce_takeItOverOnce() throws Exception {
        publish(Change.Kind.ISSUED);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Integer> run = events::takeOver;
            List<Integer> taken = new ArrayList<>();
            for (var future : threads.invokeAll(List.of(run, run, run))) {
                taken.add(future.get());
            }
            assertThat(taken).hasSize(3);
        }
        assertThat(types()).containsExactly(DomainEvent.Type.CREATED, DomainEvent.Type.CERTIFICATE_ISSUED);
    }

    @Test
    void certificateOfANameThatIsGone_isNobodys() {
        publish(Change.Kind.ISSUED);
        whitelist.remove(SHOP);
        events.takeOver();
        var left = ((FindResult.Left) whitelist.findConsistent(SHOP)).removed();
        assertThat(left.outbox().events())
                .extracting(DomainEvent::type)
                .containsExactly(DomainEvent.Type.CREATED, DomainEvent.Type.REMOVED);
    }
}
