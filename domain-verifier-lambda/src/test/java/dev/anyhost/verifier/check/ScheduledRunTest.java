package dev.anyhost.verifier.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.changes.Change;
import dev.anyhost.store.changes.ChangesSince;
import dev.anyhost.testkit.CoordinationTable;
import dev.anyhost.testkit.CountingDynamoDb;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.FakeClock;
import dev.anyhost.testkit.RawOrigin;
import dev.anyhost.verifier.events.CertificateEvents;
import dev.anyhost.verifier.events.Delivery;
import dev.anyhost.verifier.events.Webhook;
import dev.anyhost.verifier.onboarding.CheckSchedule;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.onboarding.Finding;
import dev.anyhost.verifier.onboarding.FindingCode;
import dev.anyhost.verifier.whitelist.FindResult;
import dev.anyhost.verifier.whitelist.ProxyNotices;
import dev.anyhost.verifier.whitelist.Whitelist;
import dev.anyhost.verifier.whitelist.WhitelistSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** A name's whole way through scheduled runs: what proxies and the operator hear of it. */
class ScheduledRunTest {

    private static final DynamoDbLocal DYNAMO = DynamoDbLocal.start();
    private static final Hostname SHOP = Hostname.parse("shop.example").orElseThrow();
    private static final Finding RIGHT = new Finding(FindingCode.CNAME_OK, "right");
    private static final Finding WRONG = new Finding(FindingCode.CNAME_ELSEWHERE, "wrong");

    private final String log = "coordination-" + UUID.randomUUID();
    private final FakeClock clock = FakeClock.at("2026-11-21T00:00:00Z");
    private final CountingDynamoDb dynamo = new CountingDynamoDb(DYNAMO.client());
    private final Whitelist whitelist = new Whitelist(dynamo, "domains-" + UUID.randomUUID(), clock);
    private final ProxyNotices notices =
            ProxyNotices.open(new WhitelistSettings("us-east-1", Optional.of(DYNAMO.endpoint()), log, false), clock);
    private final RawOrigin receiver = RawOrigin.start(
            RawOrigin.Script.answering(request -> "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
    private final Webhook webhook = new Webhook(receiver.uri(), List.of("a secret of some length"));
    private final AtomicReference<Finding> dns = new AtomicReference<>(RIGHT);
    private final ScheduledRun run = new ScheduledRun(
            whitelist,
            new CheckRun(whitelist, Optional.of(notices), (domain, label) -> dns.get(), CheckSchedule.DEFAULT, clock),
            new Delivery(whitelist, Optional.of(webhook), clock),
            Optional.of(new CertificateEvents(whitelist, notices, clock)),
            clock);

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
    }

    @AfterEach
    void close() {
        webhook.close();
        receiver.close();
        whitelist.close();
        notices.close();
    }

    private void runItsPart() {
        int shard = Math.floorMod(SHOP.value().hashCode(), Whitelist.SHARDS);
        run.run(shard, clock.instant().plus(Duration.ofMinutes(1)));
    }

    private Domain shop() {
        return ((FindResult.Found) whitelist.findConsistent(SHOP)).domain();
    }

    private List<Change.Kind> told() {
        return ((ChangesSince.Read) notices.since(clock.instant().minusSeconds(60)))
                .entries().stream().map(entry -> entry.change().kind()).toList();
    }

    private List<String> heard(int count) {
        return Stream.generate(receiver::takeRequest)
                .limit(count)
                .map(request ->
                        request.body().replaceFirst(".*\"type\":\"([^\"]+)\".*\"status\":\"([^\"]+)\".*", "$1 $2"))
                .toList();
    }

    @Test
    void wholeLife_isToldToProxiesAndOperator() {
        whitelist.add(SHOP, "acme", Optional.empty(), DomainStatus.PENDING);
        runItsPart();
        assertThat(told()).containsExactly(Change.Kind.ACTIVATED);
        assertThat(heard(2)).containsExactly("domain.created pending", "domain.status_changed active");

        dns.set(WRONG);
        clock.advance(Duration.ofHours(14));
        runItsPart();
        assertThat(told()).isEmpty();
        assertThat(heard(1)).containsExactly("domain.status_changed misconfigured");

        for (int half = 0; half < 15; half++) {
            clock.advance(Duration.ofHours(12));
            runItsPart();
        }
        assertThat(shop().status()).isEqualTo(DomainStatus.SUSPENDED);
        assertThat(heard(1)).containsExactly("domain.status_changed suspended");

        dns.set(RIGHT);
        clock.advance(Duration.ofHours(12));
        runItsPart();
        assertThat(told()).containsExactly(Change.Kind.ACTIVATED);
        assertThat(heard(1)).containsExactly("domain.status_changed active");
        assertThat(shop().outbox().events()).isEmpty();
    }

    @Test
    void suspension_isToldToProxies() {
        whitelist.add(SHOP, "acme", Optional.empty(), DomainStatus.PENDING);
        runItsPart();
        dns.set(WRONG);
        while (shop().status() != DomainStatus.SUSPENDED) {
            clock.advance(Duration.ofHours(14));
            runItsPart();
        }
        assertThat(told()).containsExactly(Change.Kind.REFUSED);
    }

    @Test
    void certificateThatAProxyGot_isHeardOfInTheSameRun() {
        Hostname first = Stream.iterate(0, i -> i + 1)
                .map(i -> Hostname.parse("h" + i + ".example").orElseThrow())
                .filter(name -> Math.floorMod(name.value().hashCode(), Whitelist.SHARDS) == 0)
                .findFirst()
                .orElseThrow();
        whitelist.add(first, "acme", Optional.empty(), DomainStatus.ACTIVE);
        notices.publish(new Change(Change.Kind.ISSUED, first));
        RunReport report = run.run(0, clock.instant().plus(Duration.ofMinutes(1)));
        assertThat(report.members())
                .containsEntry("certificate_events", 1)
                .containsEntry("outboxes", 1)
                .containsEntry("outboxes_later", 0)
                .containsEntry("ending", "done");
        assertThat(heard(2)).containsExactly("domain.created active", "certificate.issued active");
    }

    @Test
    void loop_goesOnAfterTheTableWasAway_andEndsWhenClosed() throws Exception {
        whitelist.add(SHOP, "acme", Optional.empty(), DomainStatus.PENDING);
        var probed = new CountDownLatch(1);
        var failing = new CountDownLatch(2);
        dynamo.fail(() -> {
            failing.countDown();
            return SdkClientException.create("away");
        });
        var checks = new CheckRun(
                whitelist,
                Optional.empty(),
                (domain, label) -> {
                    probed.countDown();
                    return RIGHT;
                },
                CheckSchedule.DEFAULT,
                clock);
        var looped = new ScheduledRun(
                whitelist, checks, new Delivery(whitelist, Optional.empty(), clock), Optional.empty(), clock);
        try (var _ = CheckLoop.start(looped, Duration.ofMillis(10), clock)) {
            failing.await();
            dynamo.restore();
            probed.await();
        }
    }
}
