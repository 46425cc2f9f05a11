package dev.anyhost.proxy.tickets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.tickets.TicketRotation.Result;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.SharedTicketKeys;
import dev.anyhost.store.StoreSettings;
import dev.anyhost.store.TablesCheck;
import dev.anyhost.store.TicketKeysResult;
import dev.anyhost.store.encryption.KeyEncryption;
import dev.anyhost.store.tickets.TicketKey;
import dev.anyhost.store.tickets.TicketKeyRing;
import dev.anyhost.testkit.CountingDynamoDb;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.DynamoOperation;
import dev.anyhost.testkit.FakeClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Instances and one table: which keys each has, whatever becomes of the table. */
class TicketRotationTest {

    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir
    static Path folder;

    private static DynamoDbLocal database;

    private final FakeClock clock = FakeClock.at("2026-11-21T10:00:00Z");
    private CountingDynamoDb dynamo;
    private final String coordination = "coordination-" + UUID.randomUUID();
    private final List<Result> results = new ArrayList<>();
    private CertificateTables tables;
    private TicketRotation first;
    private TicketRotation second;

    @BeforeAll
    static void start() {
        database = DynamoDbLocal.start();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @BeforeEach
    void create() {
        dynamo = new CountingDynamoDb(database.client());
        tables = tables((byte) 1);
        first = instance(tables);
        second = instance(tables);
        assertThat(tables.check()).isEqualTo(new TablesCheck.Ready());
        dynamo.resetCalls();
    }

    @AfterEach
    void close() {
        tables.close();
    }

    private CertificateTables tables(byte key) {
        return new CertificateTables(
                new StoreSettings(
                        new StoreSettings.Table("us-east-1", Optional.empty(), "certificates-" + coordination),
                        new StoreSettings.Table("us-east-1", Optional.empty(), coordination),
                        true),
                new CertificateTables.Clients(dynamo, dynamo),
                keys(key),
                clock,
                clock::nanos);
    }

    private static KeyEncryption keys(byte octet) {
        byte[] key = new byte[32];
        Arrays.fill(key, octet);
        try {
            Path file = Files.writeString(
                    folder.resolve("key-" + octet), Base64.getEncoder().encodeToString(key));
            return ((KeyEncryption.Configured.Usable) KeyEncryption.of(List.of("file:" + file.getFileName()), folder))
                    .encryption();
        } catch (IOException unwritable) {
            throw new IllegalStateException(unwritable);
        }
    }

    private TicketRotation instance(CertificateTables store) {
        return new TicketRotation(store.ticketKeys(), clock, results::add);
    }

    private static TicketKey encrypting(TicketRotation instance) {
        return instance.keys().getFirst();
    }

    private TicketKeyRing stored() {
        return ((TicketKeysResult.Found) tables.ticketKeys().find()).ring();
    }

    @Test
    void beforeTheFirstLook_eachEncryptsWithAKeyOfItsOwn() {
        assertThat(encrypting(first)).isNotEqualTo(encrypting(second));
        assertThat(first.age()).isZero();
    }

    @Test
    void firstLooks_makeOneRingForAll() {
        assertThat(first.look()).isEqualTo(Result.ROTATED);
        assertThat(second.look()).isEqualTo(Result.CURRENT);

        assertThat(first.keys()).isEqualTo(stored().keys()).isEqualTo(second.keys());
        assertThat(dynamo.calls(DynamoOperation.PUT_ITEM)).isEqualTo(1);
        assertThat(results).containsExactly(Result.ROTATED, Result.CURRENT);
    }

    @Test
    void lookWithNothingDue_isOneReadAndTheSameList() {
        first.look();
        List<TicketKey> before = first.keys();
        dynamo.resetCalls();

        assertThat(first.look()).isEqualTo(Result.CURRENT);

        assertThat(first.keys()).isSameAs(before);
        assertThat(dynamo.calls()).isEqualTo(1);
    }

    @Test
    void loserOfARace_hasTheWinnersKeys() {
        dynamo.beforeNext(DynamoOperation.PUT_ITEM, second::look);

        assertThat(first.look()).isEqualTo(Result.CURRENT);

        assertThat(results).containsExactly(Result.ROTATED, Result.CURRENT);
        assertThat(first.keys()).isEqualTo(second.keys()).isEqualTo(stored().keys());
    }

    @Test
    void dueKey_isKnownToAllBeforeAnyEncryptsWithIt() {
        first.look();
        second.look();
        TicketKey before = encrypting(first);
        clock.advance(HOUR.multipliedBy(10));

        assertThat(first.look()).isEqualTo(Result.ROTATED);
        assertThat(second.look()).isEqualTo(Result.CURRENT);
        assertThat(encrypting(first)).isEqualTo(before);
        assertThat(first.keys()).hasSize(2).isEqualTo(second.keys());

        clock.advance(HOUR);
        first.look();
        assertThat(encrypting(first)).isNotEqualTo(before);
        assertThat(second.keys()).contains(encrypting(first));
        assertThat(first.keys()).contains(before);
    }

    @Test
    void key_isDroppedWithTheFourthAfterIt() {
        first.look();
        TicketKey before = encrypting(first);
        for (int rotation = 1; rotation <= 3; rotation++) {
            clock.advance(HOUR.multipliedBy(12));
            assertThat(first.look()).isEqualTo(Result.ROTATED);
            assertThat(first.keys()).contains(before);
        }
        clock.advance(HOUR.multipliedBy(12));
        assertThat(first.look()).isEqualTo(Result.ROTATED);

        assertThat(first.keys()).doesNotContain(before);
        assertThat(stored().keys()).hasSize(TicketKeyRing.KEPT).doesNotContain(before);
    }

    @Test
    void newInstance_hasTheKeysThatWereThere() {
        first.look();
        clock.advance(HOUR);
        TicketRotation third = instance(tables);

        third.look();

        assertThat(third.keys()).isEqualTo(first.keys());
    }

    @Test
    void storeThatIsAway_leavesTheKeysUntilTheyAreTooOld() {
        first.look();
        TicketKey shared = encrypting(first);
        dynamo.becomeUnreachable();
        clock.advance(HOUR.multipliedBy(22));
        assertThat(first.look()).isEqualTo(Result.FAILED);
        assertThat(encrypting(first)).isEqualTo(shared);

        clock.advance(HOUR.multipliedBy(2));
        assertThat(first.look()).isEqualTo(Result.FAILED);
        TicketKey own = encrypting(first);

        assertThat(own).isNotEqualTo(shared);
        assertThat(first.age()).isZero();
        assertThat(first.keys()).contains(shared);
        clock.advance(HOUR.multipliedBy(23));
        first.look();
        assertThat(first.keys()).startsWith(own).doesNotContain(shared);
        clock.advance(HOUR);
        first.look();
        assertThat(encrypting(first)).isNotEqualTo(own);
        assertThat(first.keys()).contains(own);
    }

    @Test
    void storeThatIsBack_isFollowedAgainOnceItsNextKeyMayEncrypt() {
        first.look();
        second.look();
        dynamo.becomeUnreachable();
        clock.advance(HOUR.multipliedBy(30));
        first.look();
        TicketKey own = encrypting(first);
        dynamo.restore();

        assertThat(first.look()).isEqualTo(Result.ROTATED);
        assertThat(second.look()).isEqualTo(Result.CURRENT);
        assertThat(encrypting(first)).isEqualTo(own);
        TicketKey next = stored().keys().getLast();
        assertThat(first.keys()).contains(next);
        assertThat(second.keys()).contains(next);

        clock.advance(HOUR);
        first.look();
        second.look();
        assertThat(encrypting(first)).isEqualTo(next).isEqualTo(encrypting(second));
        assertThat(first.keys()).doesNotContain(own);
    }

    @Test
    void keyThatCannotBeAdded_leavesTheRingInUse() {
        first.look();
        List<TicketKey> before = first.keys();
        TicketRotation third = instance(tables);
        clock.advance(HOUR.multipliedBy(10));
        dynamo.failNext(DynamoOperation.PUT_ITEM, SdkClientException.create("connection refused"));

        assertThat(third.look()).isEqualTo(Result.FAILED);

        assertThat(third.keys()).isEqualTo(before);
    }

    @Test
    void lostAnswer_isNoLostRotation() {
        first.look();
        clock.advance(HOUR.multipliedBy(10));
        dynamo.repeatNext(DynamoOperation.PUT_ITEM);

        assertThat(first.look()).isEqualTo(Result.ROTATED);

        assertThat(first.keys()).hasSize(2).hasSameElementsAs(stored().keys());
    }

    @Test
    void damagedRow_isReplacedByWhoeverSeesIt() {
        first.look();
        List<TicketKey> before = first.keys();
        Map<String, AttributeValue> key =
                Map.of("subject", AttributeValue.fromS("tls"), "kind", AttributeValue.fromS("ticket-keys"));
        dynamo.updateItem(request -> request.tableName(coordination)
                .key(key)
                .updateExpression("SET sealed = :crow")
                .expressionAttributeValues(Map.of(":crow", AttributeValue.fromS("crow"))));

        assertThat(second.look()).isEqualTo(Result.ROTATED);
        assertThat(first.look()).isEqualTo(Result.CURRENT);

        assertThat(first.keys()).isEqualTo(second.keys()).doesNotContainAnyElementsOf(before);
    }

    @Test
    void deletedRow_voidsAllKeysAtTheNextLook() {
        first.look();
        second.look();
        List<TicketKey> before = first.keys();
        dynamo.deleteItem(request -> request.tableName(coordination)
                .key(Map.of("subject", AttributeValue.fromS("tls"), "kind", AttributeValue.fromS("ticket-keys"))));

        first.look();
        second.look();

        assertThat(first.keys()).isEqualTo(second.keys()).doesNotContainAnyElementsOf(before);
    }

    @Test
    void ringUnderAKeyThatIsNotHere_staysAndIsNotUsed() {
        first.look();
        SharedTicketKeys row = tables.ticketKeys();
        TicketKeysResult before = row.find();
        TicketRotation mistyped = instance(tables((byte) 2));
        TicketKey own = encrypting(mistyped);

        assertThat(mistyped.look()).isEqualTo(Result.FAILED);

        assertThat(encrypting(mistyped)).isEqualTo(own);
        assertThat(row.find()).isEqualTo(before);
    }

    @Test
    void follower_looksSoonAfterAFailureAndStopsWhenInterrupted() throws Exception {
        dynamo.becomeUnreachable();
        first.look();
        List<Duration> pauses = new ArrayList<>();

        Thread follower = Thread.ofVirtual()
                .start(() -> first.follow(pause -> {
                    pauses.add(pause);
                    if (pauses.size() == 2) {
                        dynamo.restore();
                    }
                    if (pauses.size() == 4) {
                        throw new InterruptedException("stopped");
                    }
                }));
        follower.join();

        assertThat(pauses)
                .containsExactly(
                        TicketRotation.AGAIN, TicketRotation.AGAIN, TicketRotation.EVERY, TicketRotation.EVERY);
        assertThat(results).containsExactly(Result.FAILED, Result.FAILED, Result.ROTATED, Result.CURRENT);
    }
}
