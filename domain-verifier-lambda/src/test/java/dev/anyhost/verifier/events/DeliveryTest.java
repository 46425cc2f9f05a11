package dev.anyhost.verifier.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.testkit.CountingDynamoDb;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.DynamoOperation;
import dev.anyhost.testkit.FakeClock;
import dev.anyhost.testkit.RawOrigin;
import dev.anyhost.testkit.RawRequest;
import dev.anyhost.verifier.onboarding.CheckSchedule;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.DomainEvent;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.onboarding.Finding;
import dev.anyhost.verifier.onboarding.FindingCode;
import dev.anyhost.verifier.onboarding.Outbox;
import dev.anyhost.verifier.whitelist.DueResult;
import dev.anyhost.verifier.whitelist.FindResult;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Webhooks on the wire, from a real outbox. */
class DeliveryTest {

    private static final DynamoDbLocal DYNAMO = DynamoDbLocal.start();
    private static final Instant FAR = Instant.MAX;
    private static final Hostname SHOP = Hostname.parse("shop.example").orElseThrow();
    private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");

    private final String table = "domains-" + UUID.randomUUID();
    private final FakeClock clock = FakeClock.at(NOW);
    private final CountingDynamoDb dynamo = new CountingDynamoDb(DYNAMO.client());
    private final Whitelist whitelist = new Whitelist(dynamo, table, clock);
    private final AtomicReference<String> answer = new AtomicReference<>("204 No Content");
    private final RawOrigin receiver = RawOrigin.start(RawOrigin.Script.answering(
            request -> "HTTP/1.1 " + answer.get() + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
    private final Webhook webhook = new Webhook(receiver.uri().resolve("/hook"), List.of("new secret", "old secret"));
    private final Delivery delivery = new Delivery(whitelist, Optional.of(webhook), clock);

    @AfterAll
    static void stop() {
        DYNAMO.close();
    }

    @BeforeEach
    void open() {
        whitelist.check(true);
        var _ = whitelist.add(SHOP, "acme", Optional.empty(), DomainStatus.PENDING);
    }

    @AfterEach
    void close() {
        webhook.close();
        receiver.close();
        whitelist.close();
    }

    private Domain domain() {
        return ((FindResult.Found) whitelist.findConsistent(SHOP)).domain();
    }

    private List<Hostname> due() {
        return IntStream.range(0, Whitelist.SHARDS)
                .mapToObj(shard -> (DueResult.Due) whitelist.dueForDelivery(shard, clock.instant(), 10))
                .flatMap(due -> due.hostnames().stream())
                .toList();
    }

    private JsonNode takeBody() throws Exception {
        return JsonMapper.shared().readTree(receiver.takeRequest().body());
    }

    @Test
    void event_isOneSignedCall() throws Exception {
        assertThat(due()).containsExactly(SHOP);
        assertThat(delivery.deliver(SHOP, FAR)).isEqualTo(Delivery.Outcome.DONE);

        RawRequest call = receiver.takeRequest();
        assertThat(call.requestLine()).isEqualTo("POST /hook HTTP/1.1");
        String body = call.body();
        JsonNode event = JsonMapper.shared().readTree(body);
        assertThat(event.get("type").asString()).isEqualTo("domain.created");
        assertThat(event.get("hostname").asString()).isEqualTo("shop.example");
        assertThat(event.get("tenant").asString()).isEqualTo("acme");
        assertThat(event.get("status").asString()).isEqualTo("pending");
        assertThat(event.get("at").asString()).isEqualTo("2026-11-21T00:00:00Z");
        assertThat(call.header("Anyhost-Event-Id")).contains(event.get("id").asString());
        assertThat(call.header("Anyhost-Signature"))
                .contains("t=" + NOW.getEpochSecond() + ",v1=" + mac("new secret", body) + ",v1="
                        + mac("old secret", body));
        assertThat(domain().outbox()).isEqualTo(Outbox.EMPTY);
        assertThat(due()).isEmpty();
    }

    private static String mac(String secret, String body) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        return HexFormat.of()
                .formatHex(mac.doFinal((NOW.getEpochSecond() + "." + body).getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void failure_isTriedAgainWithTheSameIdAfterLongerAndLongerPauses() throws Exception {
        answer.set("500 Oops");
        assertThat(delivery.deliver(SHOP, FAR)).isEqualTo(Delivery.Outcome.LATER);
        String id = takeBody().get("id").asString();
        int calls = 1;
        for (Duration pause : List.of(Duration.ofMinutes(1), Duration.ofMinutes(2), Duration.ofMinutes(4))) {
            clock.advance(pause.minusSeconds(1));
            assertThat(due()).isEmpty();
            assertThat(delivery.deliver(SHOP, FAR)).isEqualTo(Delivery.Outcome.LATER);
            assertThat(receiver.requests()).hasSize(calls);
            clock.advance(Duration.ofSeconds(1));
            assertThat(due()).containsExactly(SHOP);
            assertThat(delivery.deliver(SHOP, FAR)).isEqualTo(Delivery.Outcome.LATER);
            assertThat(takeBody().get("id").asString()).isEqualTo(id);
            calls++;
        }
        answer.set("302 Found\r\nLocation: http://elsewhere.example/");
        clock.advance(Duration.ofMinutes(8));
        assertThat(delivery.deliver(SHOP, FAR)).isEqualTo(Delivery.Outcome.LATER);
        assertThat(takeBody().get("id").asString()).isEqualTo(id);

        answer.set("200 OK");
        clock.advance(Duration.ofMinutes(16));
        assertThat(delivery.deliver(SHOP, FAR)).isEqualTo(Delivery.Outcome.DONE);
        assertThat(takeBody().get("id").asString()).isEqualTo(id);
    }

    @Test
    void eventsOfAHostname_comeInOrderAndStillAfterItsRemoval() throws Exception {
        answer.set("503 Busy");
        delivery.deliver(SHOP, FAR);
        takeBody();
        var before = domain();
        whitelist.update(before, before.blocked(true, clock.instant()));
        whitelist.remove(SHOP);

        answer.set("200 OK");
        clock.advance(Duration.ofMinutes(1));
        assertThat(delivery.deliver(SHOP, FAR)).isEqualTo(Delivery.Outcome.DONE);
        assertThat(List.of(type(), type(), type()))
                .containsExactly("domain.created", "domain.status_changed", "domain.removed");
        assertThat(due()).isEmpty();
    }

    private String type() throws Exception {
        return takeBody().get("type").asString();
    }

    @Test
    void receiverThatIsDownForDays_costsOneEventAndNotTheNext() throws Exception {
        answer.set("500 Oops");
        clock.advance(Duration.ofDays(3));
        assertThat(delivery.deliver(SHOP, FAR)).isEqualTo(Delivery.Outcome.DONE);
        takeBody();
        assertThat(domain().outbox()).isEqualTo(Outbox.EMPTY);
    }

    @Test
    void withoutAWebhook_eventsAreDropped() {
        assertThat(new Delivery(whitelist, Optional.empty(), clock).deliver(SHOP, FAR))
                .isEqualTo(Delivery.Outcome.DONE);
        assertThat(due()).isEmpty();
    }

    @Test
    void crashBetweenDeliveryAndWrite_repeatsTheSameId() throws Exception {
        dynamo.failNext(DynamoOperation.PUT_ITEM, SdkClientException.create("crash"));
        assertThat(delivery.deliver(SHOP, FAR)).isEqualTo(Delivery.Outcome.UNREACHABLE);
        String id = takeBody().get("id").asString();
        assertThat(delivery.deliver(SHOP, FAR)).isEqualTo(Delivery.Outcome.DONE);
        assertThat(takeBody().get("id").asString()).isEqualTo(id);
    }

    @Test
    void rowThatChangesDuringTheCall_keepsTheChangeAndIsNotCalledAgain() throws Exception {
        dynamo.beforeNext(DynamoOperation.PUT_ITEM, () -> {
            Domain domain = domain();
            whitelist.update(domain, domain.blocked(true, clock.instant()));
        });
        assertThat(delivery.deliver(SHOP, FAR)).isEqualTo(Delivery.Outcome.DONE);
        assertThat(List.of(type(), type())).containsExactly("domain.created", "domain.status_changed");
        assertThat(receiver.requests()).hasSize(2);
        assertThat(domain().status()).isEqualTo(DomainStatus.BLOCKED);
        assertThat(domain().outbox().events()).isEmpty();
    }

    @Test
    void statusChange_saysWhyAndWhoseTheNameWasThen() throws Exception {
        Domain pending = domain();
        var wrong = new Finding(FindingCode.CNAME_OK, "leads to us");
        whitelist.update(pending, pending.checked(wrong, CheckSchedule.DEFAULT, clock.instant()));
        whitelist.remove(SHOP);
        var _ = whitelist.add(SHOP, "rival", Optional.empty(), DomainStatus.PENDING);
        assertThat(delivery.deliver(SHOP, FAR)).isEqualTo(Delivery.Outcome.DONE);
        assertThat(takeBody().get("tenant").asString()).isEqualTo("acme");
        JsonNode changed = takeBody();
        assertThat(changed.get("code").asString()).isEqualTo("cname_ok");
        assertThat(changed.get("message").asString()).isEqualTo("leads to us");
        assertThat(changed.get("status").asString()).isEqualTo("active");
        assertThat(takeBody().get("tenant").asString()).isEqualTo("acme");
        assertThat(takeBody().get("tenant").asString()).isEqualTo("rival");
    }

    @Test
    void timeThatIsUp_callsNobody() {
        assertThat(delivery.deliver(SHOP, clock.instant())).isEqualTo(Delivery.Outcome.LATER);
        assertThat(receiver.connections()).isEmpty();
        assertThat(due()).containsExactly(SHOP);
    }

    @Test
    void twoRunsAtOnce_deliverEverythingAtLeastOnceAndEndEmpty() throws Exception {
        for (int i = 0; i < 5; i++) {
            Domain domain = domain();
            whitelist.update(domain, domain.blocked(i % 2 == 0, clock.instant()));
        }
        Set<String> ids =
                domain().outbox().events().stream().map(DomainEvent::id).collect(Collectors.toSet());
        assertThat(ids).hasSize(6);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Delivery.Outcome> run = () -> delivery.deliver(SHOP, FAR);
            threads.invokeAll(List.of(run, run));
        }
        assertThat(domain().outbox().events()).isEmpty();
        assertThat(receiver.requests())
                .extracting(request -> request.header("Anyhost-Event-Id").orElseThrow())
                .containsAll(ids)
                .allMatch(ids::contains);
    }

    /** The longest test of them all: it waits for the real limit of 10 s. */
    @Test
    void answerThatNeverEnds_isAFailureAndHoldsNobody() throws Exception {
        try (var endless = RawOrigin.start(connection -> {
                    connection.readRequest();
                    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\nx");
                    connection.readRequest();
                });
                var hook = new Webhook(endless.uri(), List.of("secret"))) {
            assertThat(new Delivery(whitelist, Optional.of(hook), clock).deliver(SHOP, FAR))
                    .isEqualTo(Delivery.Outcome.LATER);
        }
        assertThat(domain().outbox().attempts()).isEqualTo(1);
    }

    @Test
    void damagedRow_isLeftAlone() {
        dynamo.updateItem(request -> request.tableName(table)
                .key(Map.of("hostname", AttributeValue.fromS("shop.example")))
                .updateExpression("REMOVE tenant"));
        assertThat(delivery.deliver(SHOP, FAR)).isEqualTo(Delivery.Outcome.LATER);
        assertThat(receiver.connections()).isEmpty();
    }
}
