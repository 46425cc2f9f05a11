package dev.anyhost.store;

import dev.anyhost.store.encryption.Plaintext;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;

/**
 * Caddy's certificates in DynamoDB, as certmagic-storage-dynamodb keeps them: one item for each file, its path as {@code
 * PrimaryKey}, its bytes in base64 as {@code Contents}. Nothing is written. A hash key alone gives no other way to its
 * keys than a scan; that is gone through once, at a {@link ReadPace}, and never over a table of ours, which is keyed
 * otherwise.
 */
public final class CaddyTable implements AutoCloseable {

    private static final String PRIMARY_KEY = "PrimaryKey";
    private static final String CONTENTS = "Contents";

    /** About 300 KiB of certificates, 40 units: a page is a small part of any table's second. */
    private static final int PAGE = 100;

    private static final int ATTEMPTS = 7;
    private static final Duration FIRST_REST = Duration.ofSeconds(1);

    private static final AwsRequestOverrideConfiguration PATIENT = AwsRequestOverrideConfiguration.builder()
            .apiCallTimeout(Duration.ofSeconds(20))
            .apiCallAttemptTimeout(Duration.ofSeconds(10))
            .build();

    private final DynamoTable table;
    private final ReadPace pace;

    /** Uses a client of the caller's making, closed with this. */
    CaddyTable(DynamoDbClient client, String name, ReadPace pace) {
        this.table = new DynamoTable(client, name);
        this.pace = pace;
    }

    /** Makes the client; no network yet. */
    public static CaddyTable open(StoreSettings.Table table, ReadPace pace) {
        return new CaddyTable(DynamoClients.open(table, StoreCallListener.NONE), table.name(), pace);
    }

    /** Why this is no such table, or can't be asked; empty when all is well. */
    public Optional<String> problem() {
        try {
            List<String> keys = table
                    .dynamo()
                    .describeTable(request -> request.tableName(table.name()).overrideConfiguration(PATIENT))
                    .table()
                    .keySchema()
                    .stream()
                    .map(KeySchemaElement::attributeName)
                    .toList();
            return keys.equals(List.of(PRIMARY_KEY))
                    ? Optional.empty()
                    : Optional.of(
                            "table " + table.name() + ": keyed by " + keys + " (expected: [" + PRIMARY_KEY + "])");
        } catch (ResourceNotFoundException missing) {
            return Optional.of("table " + table.name() + ": missing");
        } catch (SdkException failed) {
            return Optional.of(table.unreachable(failed));
        }
    }

    /** Shows all keys, page by page, as fast as the visitor and the pace allow. */
    public StoreEffect keys(Consumer<String> visitor) throws InterruptedException {
        Map<String, AttributeValue> start = Map.of();
        do {
            Map<String, AttributeValue> from = start;
            switch (patiently(() -> page(from))) {
                case Answer.Got<ScanResponse>(ScanResponse page) -> {
                    pace.spent(units(page.consumedCapacity()));
                    page.items()
                            .forEach(item -> Attributes.text(item, PRIMARY_KEY).ifPresent(visitor));
                    start = page.lastEvaluatedKey();
                }
                case Answer.Failed<ScanResponse>(String reason) -> {
                    return new StoreEffect.Unreachable(reason);
                }
            }
        } while (!start.isEmpty());
        return new StoreEffect.Done();
    }

    private ScanResponse page(Map<String, AttributeValue> from) {
        return table.dynamo()
                .scan(request -> request.tableName(table.name())
                        .limit(PAGE)
                        .projectionExpression(PRIMARY_KEY)
                        .exclusiveStartKey(from.isEmpty() ? null : from)
                        .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)
                        .overrideConfiguration(PATIENT));
    }

    /** Reads one file. */
    public CaddyFile content(String key) throws InterruptedException {
        return switch (patiently(() -> item(key))) {
            case Answer.Got<GetItemResponse>(GetItemResponse answer) -> {
                pace.spent(units(answer.consumedCapacity()));
                yield answer.hasItem() ? decoded(answer.item()) : new CaddyFile.Absent();
            }
            case Answer.Failed<GetItemResponse>(String reason) -> new CaddyFile.Unreachable(reason);
        };
    }

    private GetItemResponse item(String key) {
        return table.dynamo()
                .getItem(request -> request.tableName(table.name())
                        .key(Map.of(PRIMARY_KEY, Attributes.text(key)))
                        .returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)
                        .overrideConfiguration(PATIENT));
    }

    private static CaddyFile decoded(Map<String, AttributeValue> item) {
        Optional<String> contents = Attributes.text(item, CONTENTS);
        if (contents.isEmpty()) {
            return new CaddyFile.Damaged("no text attribute " + CONTENTS);
        }
        try {
            return new CaddyFile.Content(new Plaintext(Base64.getDecoder().decode(contents.get())));
        } catch (IllegalArgumentException notBase64) {
            return new CaddyFile.Damaged(CONTENTS + " isn't base64");
        }
    }

    private sealed interface Answer<T> {
        record Got<T>(T answer) implements Answer<T> {}

        record Failed<T>(String reason) implements Answer<T> {}
    }

    /** Asks again while the table is at its limit: after 1, 2, 4 … seconds, about a minute in all. */
    private <T> Answer<T> patiently(Supplier<T> call) throws InterruptedException {
        Duration rest = FIRST_REST;
        for (int attempt = 1; ; attempt++) {
            pace.await();
            try {
                return new Answer.Got<>(call.get());
            } catch (SdkException failed) {
                if (attempt == ATTEMPTS || !isAtItsLimit(failed)) {
                    return new Answer.Failed<>(table.unreachable(failed));
                }
                pace.rest(rest);
                rest = rest.multipliedBy(2);
            }
        }
    }

    private static boolean isAtItsLimit(SdkException failed) {
        return failed instanceof AwsServiceException service && service.isThrottlingException();
    }

    private static double units(@Nullable ConsumedCapacity consumed) {
        return consumed == null || consumed.capacityUnits() == null ? 1 : consumed.capacityUnits();
    }

    @Override
    public void close() {
        table.dynamo().close();
    }
}
