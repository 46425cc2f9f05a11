package dev.anyhost.store;

import static dev.anyhost.store.TestCertificates.certificate;
import static dev.anyhost.store.TestCertificates.hostname;
import static dev.anyhost.store.TestCertificates.keyPair;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import java.security.KeyPair;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexDescription;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;

/** What is looked at before a proxy is ready. */
interface TablesContract extends StoreContract {

    private static String reason(TablesCheck check) {
        return ((TablesCheck.NotReady) check).reason();
    }

    @Test
    default void missingTables_areAllNamed() {
        StoreFixture store = storeWithoutTables(false);

        assertThat(reason(store.open("first").check()))
                .contains(store.certificatesTable() + ": missing", store.coordinationTable() + ": missing");
    }

    @Test
    default void missingTables_areCreatedWhenWanted() {
        StoreFixture store = storeWithoutTables(true);

        assertThat(store.open("first").check()).isEqualTo(new TablesCheck.Ready());

        for (String table : List.of(store.certificatesTable(), store.coordinationTable())) {
            assertThat(store.dynamo
                            .describeTable(request -> request.tableName(table))
                            .table()
                            .billingModeSummary()
                            .billingMode())
                    .isEqualTo(BillingMode.PAY_PER_REQUEST);
        }
        var timeToLive = store.dynamo
                .describeTimeToLive(request -> request.tableName(store.coordinationTable()))
                .timeToLiveDescription();
        assertThat(timeToLive.attributeName()).isEqualTo("expires");
        assertThat(timeToLive.timeToLiveStatus()).isIn(TimeToLiveStatus.ENABLED, TimeToLiveStatus.ENABLING);
    }

    @Test
    default void secondCheck_createsNothing() {
        StoreFixture store = store();
        assertThat(store.open("first").check()).isEqualTo(new TablesCheck.Ready());
        assertThat(store.calls.operations()).doesNotContain("CreateTable", "UpdateTimeToLive", "PutItem", "UpdateItem");

        StoreSettings production =
                new StoreSettings(store.settings.certificates(), store.settings.coordination(), false);
        assertThat(store.open(production, "first").check()).isEqualTo(new TablesCheck.Ready());
        assertThat(store.calls.operations()).containsExactly("DescribeTable", "DescribeTable", "GetItem");
    }

    @Test
    default void manyStartsAtOnce_areAllReady() {
        StoreFixture store = storeWithoutTables(true);

        List<TablesCheck> checks = Racers.race(4, _ -> store.open("first").check());

        assertThat(checks).containsOnly(new TablesCheck.Ready());
    }

    /** As a release before the index left it. */
    private static void createWithoutIndex(StoreFixture store, String table, String... keys) {
        store.dynamo.createTable(request -> request.tableName(table)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .attributeDefinitions(Stream.of(keys)
                        .map(key -> AttributeDefinition.builder()
                                .attributeName(key)
                                .attributeType(ScalarAttributeType.S)
                                .build())
                        .toList())
                .keySchema(Stream.of(keys)
                        .map(key -> KeySchemaElement.builder()
                                .attributeName(key)
                                .keyType(key.equals(keys[0]) ? KeyType.HASH : KeyType.RANGE)
                                .build())
                        .toList()));
        store.calls.operations();
    }

    /** The store without the indexes that later releases want. */
    static StoreFixture withoutIndexes(StoreFixture store) {
        createWithoutIndex(store, store.certificatesTable(), "hostname");
        createWithoutIndex(store, store.coordinationTable(), "subject", "kind");
        return store;
    }

    private static List<String> indexes(StoreFixture store, String table) {
        return store.dynamo.describeTable(request -> request.tableName(table)).table().globalSecondaryIndexes().stream()
                .map(GlobalSecondaryIndexDescription::indexName)
                .toList();
    }

    @Test
    default void missingIndexes_areNamedWithTheirTables() {
        StoreFixture store = withoutIndexes(storeWithoutTables(false));

        assertThat(reason(store.open("first").check()))
                .contains(
                        store.certificatesTable() + ": index by-due missing",
                        store.coordinationTable() + ": index by-retry missing");
        assertThat(store.calls.operations()).containsOnly("DescribeTable");
    }

    @Test
    default void missingIndex_isAddedWhenWanted() {
        StoreFixture store = storeWithoutTables(true);
        createWithoutIndex(store, store.certificatesTable(), "hostname");

        assertThat(store.open("first").check()).isEqualTo(new TablesCheck.Ready());
        store.calls.operations();
        assertThat(store.open("first").check()).isEqualTo(new TablesCheck.Ready());

        assertThat(store.calls.operations()).doesNotContain("UpdateTable");
        assertThat(indexes(store, store.certificatesTable())).containsExactly("by-due");
        assertThat(indexes(store, store.coordinationTable())).containsExactly("by-retry");
    }

    @Test
    default void tableOfAnotherKind_isNotUsed() {
        StoreFixture store = store();
        StoreSettings swapped = new StoreSettings(
                /* certificates= */ store.settings.coordination(),
                /* coordination= */ store.settings.certificates(),
                true);

        assertThat(reason(store.open(swapped, "first").check()))
                .contains("keyed by [subject, kind] (expected: [hostname])");
        assertThat(store.calls.operations()).containsOnly("DescribeTable");
    }

    @Test
    default void mistypedKey_isNotReadyAndReplacesNothing() {
        StoreFixture store = store();
        CertificateTables right = store.open("first");
        Hostname shop = hostname("shop.example.com");
        Lease lease = ((ClaimResult.Claimed) right.leases().claim(shop, "proxy-1")).lease();
        right.certificates().put(certificate(shop), 0, lease);
        right.accounts().createIfAbsent("https://ca.test/directory", keyPair());
        List<Map<String, AttributeValue>> before = everything(store);
        store.calls.operations();

        TablesCheck check = store.open("mistyped").check();

        assertThat(store.calls.operations()).doesNotContain("PutItem", "UpdateItem", "DeleteItem");
        assertThat(reason(check))
                .contains(
                        store.coordinationTable(),
                        store.encryption("first").keyIds().getFirst(),
                        store.encryption("mistyped").keyIds().getFirst());
        assertThat(everything(store)).isEqualTo(before);
    }

    private static List<Map<String, AttributeValue>> everything(StoreFixture store) {
        return List.of(store.certificatesTable(), store.coordinationTable()).stream()
                .flatMap(table ->
                        store.dynamo.scan(ScanRequest.builder().tableName(table).build()).items().stream())
                .toList();
    }

    @Test
    default void damagedCanary_isNotReadyAndStays() {
        StoreFixture store = store();
        Map<String, AttributeValue> canary = store.row(CoordinationKey.CANARY);
        canary.put("sealed", AttributeValue.fromB(SdkBytes.fromUtf8String("crow")));
        store.replaceRow(canary);

        assertThat(reason(store.open("first").check())).contains("canary", store.coordinationTable());
        assertThat(store.row(CoordinationKey.CANARY)).isEqualTo(canary);
    }

    @Test
    default void formerKey_canBeDroppedAfterAStartWithBoth() {
        StoreFixture store = store();
        KeyRotation rotation = new KeyRotation(store);

        assertThat(store.open("first", "newer").check()).isEqualTo(new TablesCheck.Ready());
        assertThat(rotation.keysInUse())
                .containsOnly(store.encryption("first").keyIds().getFirst());

        assertThat(store.open("newer", "first").check()).isEqualTo(new TablesCheck.Ready());
        assertThat(rotation.keysInUse())
                .containsOnly(store.encryption("newer").keyIds().getFirst());

        CertificateTables later = store.open("newer");
        assertThat(later.check()).isEqualTo(new TablesCheck.Ready());
        assertThat(later.accounts().find("https://ca.test/directory"))
                .isInstanceOfSatisfying(
                        AccountResult.Found.class,
                        found -> assertThat(found.account().key().getPrivate())
                                .isEqualTo(rotation.accountKey.getPrivate()));
    }

    /** A store whose account is under the first key. */
    final class KeyRotation {
        final KeyPair accountKey = keyPair();
        private final StoreFixture store;

        KeyRotation(StoreFixture store) {
            this.store = store;
            store.open("first").accounts().createIfAbsent("https://ca.test/directory", accountKey);
        }

        List<String> keysInUse() {
            return List.of(CoordinationKey.ACCOUNT, CoordinationKey.CANARY).stream()
                    .map(key -> Optional.ofNullable(store.row(key).get("key_id"))
                            .map(AttributeValue::s)
                            .orElse("none"))
                    .toList();
        }
    }
}
