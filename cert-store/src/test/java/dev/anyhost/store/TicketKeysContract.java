package dev.anyhost.store;

import static dev.anyhost.store.TestCertificates.certificate;
import static dev.anyhost.store.TestCertificates.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.encryption.KeyEncryption;
import dev.anyhost.store.encryption.OpenResult;
import dev.anyhost.store.tickets.TicketKey;
import dev.anyhost.store.tickets.TicketKeyRing;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** One ring of ticket keys for all proxies. */
interface TicketKeysContract extends StoreContract {

    private static TicketKeysResult.Found found(TicketKeysResult result) {
        return (TicketKeysResult.Found) result;
    }

    private static TicketKeyRing ring(StoreFixture store) {
        return TicketKeyRing.first(store.time.instant());
    }

    @Test
    default void emptyStore_hasNoTicketKeys() {
        assertThat(store().open("first").ticketKeys().find()).isEqualTo(new TicketKeysResult.Absent());
    }

    @Test
    default void storedRing_isFoundInOneCall() {
        StoreFixture store = store();
        SharedTicketKeys keys = store.open("first").ticketKeys();
        TicketKeyRing ring = ring(store);

        assertThat(keys.replace(SharedTicketKeys.NO_VERSION, ring)).isEqualTo(new TicketKeysResult.Found(ring, 1));
        assertThat(keys.find()).isEqualTo(new TicketKeysResult.Found(ring, 1));
        assertThat(store.calls.operations()).containsExactly("PutItem", "GetItem");
    }

    @Test
    default void nextRing_replacesTheVersionItNames() {
        StoreFixture store = store();
        SharedTicketKeys keys = store.open("first").ticketKeys();
        TicketKeyRing first = ring(store);
        keys.replace(SharedTicketKeys.NO_VERSION, first);
        TicketKeyRing next = first.next(store.time.instant());

        assertThat(keys.replace(1, next)).isEqualTo(new TicketKeysResult.Found(next, 2));
        assertThat(keys.find()).isEqualTo(new TicketKeysResult.Found(next, 2));
    }

    @Test
    default void ringForAFormerVersion_isNotStoredAndGivesTheWinnersInTheSameCall() {
        StoreFixture store = store();
        SharedTicketKeys keys = store.open("first").ticketKeys();
        TicketKeyRing first = ring(store);
        keys.replace(SharedTicketKeys.NO_VERSION, first);
        TicketKeyRing winner = first.next(store.time.instant());
        keys.replace(1, winner);
        store.calls.operations();

        assertThat(keys.replace(1, first.next(store.time.instant()))).isEqualTo(new TicketKeysResult.Found(winner, 2));
        assertThat(keys.replace(SharedTicketKeys.NO_VERSION, ring(store)))
                .isEqualTo(new TicketKeysResult.Found(winner, 2));
        assertThat(store.calls.operations()).containsExactly("PutItem", "PutItem");
    }

    @Test
    default void ringForARowThatVanished_isNotStored() {
        StoreFixture store = store();
        SharedTicketKeys keys = store.open("first").ticketKeys();

        assertThat(keys.replace(7, ring(store))).isEqualTo(new TicketKeysResult.Absent());
        assertThat(keys.find()).isEqualTo(new TicketKeysResult.Absent());
    }

    @Test
    default void manyWriters_allGetTheWinnersRing() {
        StoreFixture store = store();
        SharedTicketKeys keys = store.open("first").ticketKeys();

        List<TicketKeysResult> firsts = Racers.race(8, _ -> keys.replace(SharedTicketKeys.NO_VERSION, ring(store)));
        assertThat(firsts).containsOnly(keys.find());

        TicketKeyRing first = found(keys.find()).ring();
        List<TicketKeysResult> nexts = Racers.race(8, _ -> keys.replace(1, first.next(store.time.instant())));
        assertThat(nexts).containsOnly(keys.find());
        assertThat(found(keys.find()).version()).isEqualTo(2);
    }

    @Test
    default void lostAnswer_isOurOwnSuccess() {
        StoreFixture store = store();
        SharedTicketKeys keys = store.open("first").ticketKeys();
        TicketKeyRing first = ring(store);
        store.calls.loseNextAnswerTo("PutItem");

        assertThat(keys.replace(SharedTicketKeys.NO_VERSION, first)).isEqualTo(new TicketKeysResult.Found(first, 1));

        TicketKeyRing next = first.next(store.time.instant());
        store.calls.loseNextAnswerTo("PutItem");
        assertThat(keys.replace(1, next)).isEqualTo(new TicketKeysResult.Found(next, 2));
        assertThat(store.calls.operations()).containsExactly("PutItem", "PutItem", "PutItem", "PutItem");
    }

    @Test
    default void ticketKeys_areNotReadableInTheirRow() {
        StoreFixture store = store();
        TicketKeyRing ring = ring(store);
        store.open("first").ticketKeys().replace(SharedTicketKeys.NO_VERSION, ring);
        Map<String, AttributeValue> row = store.row(CoordinationKey.TICKET_KEYS);

        TicketKey key = ring.keys().getFirst();
        assertThat(KeySearch.windowsOf(key.hmacKey(), row)).isEmpty();
        assertThat(KeySearch.windowsOf(key.aesKey(), row)).isEmpty();
        row.put("leak", AttributeValue.fromB(SdkBytes.fromByteArray(key.aesKey())));
        assertThat(KeySearch.windowsOf(key.aesKey(), row)).isNotEmpty();
    }

    @Test
    default void damagedRow_isToldAndCanBeReplaced() {
        StoreFixture store = store();
        SharedTicketKeys keys = store.open("first").ticketKeys();
        keys.replace(SharedTicketKeys.NO_VERSION, ring(store));
        Map<String, AttributeValue> row = store.row(CoordinationKey.TICKET_KEYS);
        row.put("sealed", AttributeValue.fromB(SdkBytes.fromUtf8String("crow")));
        store.replaceRow(row);

        assertThat(keys.find())
                .isInstanceOfSatisfying(
                        TicketKeysResult.Damaged.class,
                        damaged -> assertThat(damaged.version()).isEqualTo(1));
        TicketKeyRing anew = ring(store);
        assertThat(keys.replace(1, anew)).isEqualTo(new TicketKeysResult.Found(anew, 2));
    }

    @Test
    default void rowWithoutItsAttributes_isDamagedAndCanBeReplaced() {
        StoreFixture store = store();
        SharedTicketKeys keys = store.open("first").ticketKeys();
        store.replaceRow(CoordinationKey.TICKET_KEYS.attributes());

        assertThat(keys.find())
                .isInstanceOfSatisfying(
                        TicketKeysResult.Damaged.class,
                        damaged -> assertThat(damaged.version()).isEqualTo(SharedTicketKeys.NO_VERSION));
        TicketKeyRing anew = ring(store);
        assertThat(keys.replace(SharedTicketKeys.NO_VERSION, anew)).isEqualTo(new TicketKeysResult.Found(anew, 1));
    }

    @Test
    default void secretOfAnyOtherRow_isDamaged() {
        StoreFixture store = store();
        CertificateTables tables = store.open("first");
        tables.ticketKeys().replace(SharedTicketKeys.NO_VERSION, ring(store));
        tables.accounts().createIfAbsent("https://ca.test/directory", TestCertificates.keyPair());
        for (CoordinationKey other : List.of(CoordinationKey.CANARY, CoordinationKey.ACCOUNT)) {
            Map<String, AttributeValue> row = store.row(CoordinationKey.TICKET_KEYS);
            row.put("sealed", store.row(other).get("sealed"));
            store.replaceRow(row);

            assertThat(tables.ticketKeys().find())
                    .as(other.kind())
                    .isInstanceOfSatisfying(
                            TicketKeysResult.Damaged.class,
                            damaged -> assertThat(damaged.reason()).contains("doesn't authenticate it"));
        }
    }

    @Test
    default void ring_opensForItsOwnPurposeOnly() {
        StoreFixture store = store();
        store.open("first").ticketKeys().replace(SharedTicketKeys.NO_VERSION, ring(store));
        Map<String, AttributeValue> row = store.row(CoordinationKey.TICKET_KEYS);
        KeyEncryption keys = store.encryption("first");
        String keyId = Attributes.text(row, "key_id").orElseThrow();
        byte[] sealed = Attributes.bytes(row, "sealed").orElseThrow();

        assertThat(keys.open(keyId, sealed, "anyhost TLS ticket keys")).isInstanceOf(OpenResult.Opened.class);
        for (String other : List.of("anyhost canary", "anyhost account key", "shop.example.com", "")) {
            assertThat(keys.open(keyId, sealed, other)).as(other).isInstanceOf(OpenResult.NotAuthentic.class);
        }
    }

    @Test
    default void ringMovedToACertificatesPlace_isNoKeyThere() {
        StoreFixture store = store();
        CertificateTables tables = store.open("first");
        tables.ticketKeys().replace(SharedTicketKeys.NO_VERSION, ring(store));
        Hostname shop = hostname("shop.example.com");
        Lease lease = ((ClaimResult.Claimed) tables.leases().claim(shop, "proxy-1")).lease();
        tables.certificates().put(certificate(shop), 0, lease);
        Map<String, AttributeValue> item = store.item("shop.example.com");
        assertThat(item).containsKey("private_key");
        item.put("private_key", store.row(CoordinationKey.TICKET_KEYS).get("sealed"));
        store.replaceItem(item);

        assertThat(tables.certificates().findConsistent(shop)).isInstanceOf(FindResult.Damaged.class);
    }

    @Test
    default void ringUnderUnknownKey_isUnavailableAndStays() {
        StoreFixture store = store();
        store.open("first").ticketKeys().replace(SharedTicketKeys.NO_VERSION, ring(store));
        Map<String, AttributeValue> before = store.row(CoordinationKey.TICKET_KEYS);
        SharedTicketKeys mistyped = store.open("mistyped").ticketKeys();

        assertThat(mistyped.find()).isInstanceOf(TicketKeysResult.KeyUnavailable.class);
        assertThat(mistyped.replace(SharedTicketKeys.NO_VERSION, ring(store)))
                .isInstanceOf(TicketKeysResult.KeyUnavailable.class);
        assertThat(store.row(CoordinationKey.TICKET_KEYS)).isEqualTo(before);
    }

    @Test
    default void nextRing_isEncryptedWithTheKeyThatEncryptsNow() {
        StoreFixture store = store();
        TicketKeyRing first = ring(store);
        store.open("first").ticketKeys().replace(SharedTicketKeys.NO_VERSION, first);
        SharedTicketKeys both = store.open("newer", "first").ticketKeys();

        assertThat(both.find()).isEqualTo(new TicketKeysResult.Found(first, 1));
        TicketKeyRing next = first.next(store.time.instant());
        both.replace(1, next);

        assertThat(store.open("newer").ticketKeys().find()).isEqualTo(new TicketKeysResult.Found(next, 2));
    }
}
