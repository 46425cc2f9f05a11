package dev.anyhost.infra;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.StoreSettings;
import dev.anyhost.store.encryption.KeyEncryption;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import tools.jackson.databind.JsonNode;

/** The templates' tables are those that the programs create for themselves. */
class TableContractTest {

    private final CloudTemplate domain = Example.oneRegion().template("domain");
    private final RecordedTables tables = new RecordedTables();

    @TempDir
    private Path folder;

    /** What makes a table this table. */
    private record Shape(
            List<String> keys, Map<String, String> types, Map<String, String> indexes, String timeToLive) {}

    @Test
    void whitelist_isWhatTheVerifierCreates() {
        String name = "anyhost-prod-domains";
        new Whitelist(tables, name, InstantSource.system()).check(true);
        assertThat(template(name)).isEqualTo(program(name));
        assertThat(table(name).at("/StreamSpecification/StreamViewType").stringValue())
                .isEqualTo(tables.created(name).streamSpecification().streamViewTypeAsString());
    }

    @Test
    void certificatesAndCoordination_areWhatTheProxyCreates() throws IOException {
        String certificates = "anyhost-prod-certificates";
        String coordination = "anyhost-prod-coordination";
        store(certificates, coordination).check();
        assertThat(template(certificates)).isEqualTo(program(certificates));
        assertThat(template(coordination)).isEqualTo(program(coordination));
        assertThat(table(certificates).at("/StreamSpecification/StreamViewType").stringValue())
                .as("a replica in another region needs it")
                .isEqualTo("NEW_AND_OLD_IMAGES");
    }

    private CertificateTables store(String certificates, String coordination) throws IOException {
        Files.writeString(folder.resolve("key"), Base64.getEncoder().encodeToString(new byte[32]));
        var configured = KeyEncryption.of(List.of("file:key"), folder);
        if (!(configured instanceof KeyEncryption.Configured.Usable(KeyEncryption keys))) {
            throw new AssertionError(configured);
        }
        var settings = new StoreSettings(
                new StoreSettings.Table("us-east-1", Optional.empty(), certificates),
                new StoreSettings.Table("us-east-1", Optional.empty(), coordination),
                true);
        return new CertificateTables(
                settings,
                new CertificateTables.Clients(tables, tables),
                keys,
                InstantSource.system(),
                System::nanoTime);
    }

    private JsonNode table(String name) {
        return domain.only("AWS::DynamoDB::GlobalTable", "TableName", name);
    }

    private Shape template(String name) {
        JsonNode table = table(name);
        Map<String, String> types = new TreeMap<>();
        table.get("AttributeDefinitions")
                .forEach(attribute -> types.put(
                        attribute.get("AttributeName").stringValue(),
                        attribute.get("AttributeType").stringValue()));
        Map<String, String> indexes = new TreeMap<>();
        table.get("GlobalSecondaryIndexes")
                .forEach(index -> indexes.put(
                        index.get("IndexName").stringValue(),
                        keys(index) + " "
                                + index.at("/Projection/ProjectionType").stringValue() + " "
                                + CloudTemplate.texts(index.at("/Projection/NonKeyAttributes"))));
        assertThat(table.at("/TimeToLiveSpecification/Enabled").booleanValue()).isTrue();
        return new Shape(
                keys(table),
                types,
                indexes,
                table.at("/TimeToLiveSpecification/AttributeName").stringValue());
    }

    private static List<String> keys(JsonNode keyed) {
        return CloudTemplate.elements(keyed.get("KeySchema")).stream()
                .map(key -> key.get("AttributeName").stringValue() + ":"
                        + key.get("KeyType").stringValue())
                .toList();
    }

    private Shape program(String name) {
        CreateTableRequest request = tables.created(name);
        Map<String, String> types = new TreeMap<>();
        request.attributeDefinitions()
                .forEach(attribute -> types.put(attribute.attributeName(), attribute.attributeTypeAsString()));
        Map<String, String> indexes = request.globalSecondaryIndexes().stream()
                .collect(Collectors.toMap(
                        index -> index.indexName(),
                        index -> keys(index.keySchema()) + " "
                                + index.projection().projectionTypeAsString() + " "
                                + index.projection().nonKeyAttributes(),
                        (one, _) -> one,
                        TreeMap::new));
        return new Shape(
                keys(request.keySchema()),
                types,
                indexes,
                tables.timeToLive(name).orElse("none"));
    }

    private static List<String> keys(List<KeySchemaElement> schema) {
        return schema.stream()
                .map(key -> key.attributeName() + ":" + key.keyTypeAsString())
                .toList();
    }
}
