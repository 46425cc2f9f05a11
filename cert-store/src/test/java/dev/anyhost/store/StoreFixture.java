package dev.anyhost.store;

import dev.anyhost.store.aws.AwsCalls;
import dev.anyhost.store.encryption.KeyEncryption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Tables of its own in a real database, with time to move, requests to see and answers to lose. */
final class StoreFixture implements AutoCloseable {

    final TestTime time = new TestTime();
    final WatchedCalls calls;
    final StoreSettings settings;
    final DynamoDbClient dynamo;

    private final Path keys;

    private StoreFixture(Opened database, Optional<URI> endpoint, Path keys, boolean createTables) {
        String run = UUID.randomUUID().toString();
        this.keys = keys;
        this.calls = database.calls();
        this.dynamo = database.dynamo();
        this.settings = new StoreSettings(
                new StoreSettings.Table("us-east-1", endpoint, "certificates-" + run),
                new StoreSettings.Table("us-east-1", endpoint, "coordination-" + run),
                createTables);
    }

    private record Opened(DynamoDbClient dynamo, WatchedCalls calls) {}

    /** In a database behind an endpoint; no tables yet. */
    static StoreFixture at(URI endpoint, Path keys, boolean createTables) {
        WatchedHttp http = new WatchedHttp();
        DynamoDbClient dynamo = DynamoDbClient.builder()
                .region(Region.US_EAST_1)
                .endpointOverride(endpoint)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
                .httpClient(http)
                // A busy build machine isn't an outage: the production limits have a test of their own.
                .overrideConfiguration(AwsCalls.limits()
                        .apiCallTimeout(Duration.ofSeconds(60))
                        .apiCallAttemptTimeout(Duration.ofSeconds(20))
                        .build())
                .build();
        return new StoreFixture(new Opened(dynamo, http), Optional.of(endpoint), keys, createTables);
    }

    /** In memory; no tables yet. */
    static StoreFixture inMemory(Path keys, boolean createTables) {
        WatchedMemory memory = new WatchedMemory();
        return new StoreFixture(new Opened(memory, memory), Optional.empty(), keys, createTables);
    }

    /** With tables, and nothing seen of how they were made. */
    StoreFixture ready() {
        if (open("first").check() instanceof TablesCheck.NotReady(String reason)) {
            throw new AssertionError(reason);
        }
        calls.operations();
        return this;
    }

    /** The store as a proxy sees it whose key files have these names; equal names are equal keys. */
    CertificateTables open(String... keyNames) {
        return open(settings, keyNames);
    }

    CertificateTables open(StoreSettings other, String... keyNames) {
        return new CertificateTables(
                other, new CertificateTables.Clients(dynamo, dynamo), encryption(keyNames), time, time);
    }

    /** One at a time: a key's file is written anew each time, and another racer may be reading it. */
    synchronized KeyEncryption encryption(String... keyNames) {
        List<String> specs = Arrays.stream(keyNames).map(this::keyFile).toList();
        return switch (KeyEncryption.of(specs, keys)) {
            case KeyEncryption.Configured.Usable(KeyEncryption usable) -> usable;
            case KeyEncryption.Configured.Unusable(List<KeyEncryption.Mistake> mistakes) ->
                throw new AssertionError(mistakes);
        };
    }

    private String keyFile(String name) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) name.hashCode());
        try {
            Files.writeString(keys.resolve(name), Base64.getEncoder().encodeToString(key) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "file:" + name;
    }

    String certificatesTable() {
        return settings.certificates().name();
    }

    String coordinationTable() {
        return settings.coordination().name();
    }

    /** A certificate's item as it is stored, to be looked at or spoilt. */
    Map<String, AttributeValue> item(String hostname) {
        return get(certificatesTable(), RowKeys.OWN.of(TestCertificates.hostname(hostname)));
    }

    void replaceItem(Map<String, AttributeValue> item) {
        dynamo.putItem(request -> request.tableName(certificatesTable()).item(item));
        calls.operations();
    }

    Map<String, AttributeValue> row(CoordinationKey key) {
        return get(coordinationTable(), key.attributes());
    }

    void replaceRow(Map<String, AttributeValue> row) {
        dynamo.putItem(request -> request.tableName(coordinationTable()).item(row));
        calls.operations();
    }

    private Map<String, AttributeValue> get(String table, Map<String, AttributeValue> key) {
        Map<String, AttributeValue> item = dynamo.getItem(
                        request -> request.tableName(table).key(key).consistentRead(true))
                .item();
        calls.operations();
        return new HashMap<>(item);
    }

    @Override
    public void close() {
        dynamo.close();
        calls.close();
    }
}
