package dev.anyhost.infra.security;

import static dev.anyhost.infra.security.SecurityRule.each;
import static dev.anyhost.infra.security.SecurityRule.rule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.infra.CloudTemplate;
import dev.anyhost.infra.Example;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The tables: what is in them can be had again, is encrypted, and costs no more than somebody said. */
final class TableSecurity {

    private static final String TABLE = "AWS::DynamoDB::GlobalTable";
    private static final Place REPLICA_KEYS = Place.of(TABLE, "Replicas/*/SSESpecification/KMSMasterKeyId");

    private TableSecurity() {}

    static Stream<SecurityProperty> properties() {
        return Stream.of(protection(), encryption(), caps())
                .flatMap(rules -> SecurityRule.of(Example.threeRegions().templates("domain"), rules));
    }

    private static List<SecurityRule> protection() {
        return List.of(
                each(
                        "every replica can be restored to any second",
                        Place.of(TABLE, "Replicas/*/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled"),
                        true,
                        false),
                each(
                        "every replica is protected from deletion",
                        Place.of(TABLE, "Replicas/*/DeletionProtectionEnabled"),
                        true,
                        false),
                each("tables outlive their stack", new Place(TABLE, "DeletionPolicy"), KeySecurity.KEPT, "Delete"),
                each("tables outlive a replacement", new Place(TABLE, "UpdateReplacePolicy"), "Retain", "Delete"),
                each("what is over goes from tables", Place.of(TABLE, "TimeToLiveSpecification/Enabled"), true, false),
                each(
                        "what is over is told by expires",
                        Place.of(TABLE, "TimeToLiveSpecification/AttributeName"),
                        "expires",
                        "expiry"),
                stream("Whitelist"),
                stream("Certificates"));
    }

    private static SecurityRule stream(String table) {
        return each(
                "changes of " + table + " are in a stream, before and after",
                Place.of(TABLE + "#" + table, "StreamSpecification/StreamViewType"),
                "NEW_AND_OLD_IMAGES",
                "KEYS_ONLY");
    }

    private static List<SecurityRule> encryption() {
        return List.of(
                each("tables are encrypted", Place.of(TABLE, "SSESpecification/SSEEnabled"), true, false),
                each("tables are encrypted by KMS", Place.of(TABLE, "SSESpecification/SSEType"), "KMS", "AES256"),
                rule(
                        "every replica is encrypted by our key of its region",
                        template -> assertThat(template.properties(TABLE))
                                .flatExtracting(table -> CloudTemplate.elements(table.get("Replicas")))
                                .isNotEmpty()
                                .allSatisfy(TableSecurity::assertOwnKey),
                        Weakening.without(REPLICA_KEYS),
                        Weakening.with(REPLICA_KEYS, "alias/aws/dynamodb"),
                        Weakening.with(REPLICA_KEYS, "arn:aws:kms:eu-west-9:111122223333:key/another")));
    }

    private static void assertOwnKey(JsonNode replica) {
        assertThat(CloudTemplate.text(replica.at("/SSESpecification/KMSMasterKeyId")))
                .startsWith(
                        "arn:${AWS::Partition}:kms:" + replica.get("Region").stringValue() + ":${AWS::AccountId}:key/")
                .contains("keystablesid");
    }

    private static List<SecurityRule> caps() {
        return List.of(
                each("tables are paid on demand", Place.of(TABLE, "BillingMode"), "PAY_PER_REQUEST", "PROVISIONED"),
                each(
                        "writes are capped",
                        Place.of(TABLE, "WriteOnDemandThroughputSettings/MaxWriteRequestUnits"),
                        4000,
                        40_000),
                each(
                        "reads are capped in every region",
                        Place.of(TABLE, "Replicas/*/ReadOnDemandThroughputSettings/MaxReadRequestUnits"),
                        8000,
                        80_000),
                // The table's cap doesn't hold for its indexes.
                each(
                        "writes of every index are capped",
                        Place.of(
                                TABLE, "GlobalSecondaryIndexes/*/WriteOnDemandThroughputSettings/MaxWriteRequestUnits"),
                        4000,
                        40_000),
                each(
                        "reads of every index are capped in every region",
                        Place.of(
                                TABLE,
                                "Replicas/*/GlobalSecondaryIndexes/*/ReadOnDemandThroughputSettings/MaxReadRequestUnits"),
                        8000,
                        80_000));
    }
}
