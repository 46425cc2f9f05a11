package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;

/** Late renewals as rows of one partition for each part; they vanish by themselves when nobody takes them away. */
final class DynamoLateRenewals implements LateRenewals {

    private static final String LATE_AT = "late_at";
    private static final String ALMOST_EXPIRED_AT = "almost_expired_at";
    private static final String NOT_AFTER = "not_after";
    private static final Duration KEPT = Duration.ofDays(7);

    private final DynamoTable table;
    private final InstantSource clock;

    DynamoLateRenewals(DynamoTable table, InstantSource clock) {
        this.table = table;
        this.clock = clock;
    }

    @Override
    public LateResult of(String part) {
        List<LateRenewal> renewals = new ArrayList<>();
        Map<String, AttributeValue> start = Map.of();
        try {
            do {
                QueryResponse page = query(part, start);
                page.items().forEach(row -> read(row).ifPresent(renewals::add));
                start = page.lastEvaluatedKey();
            } while (!start.isEmpty());
            return new LateResult.Late(renewals);
        } catch (SdkException failed) {
            return new LateResult.Unreachable(table.unreachable(failed));
        }
    }

    private QueryResponse query(String part, Map<String, AttributeValue> start) {
        return table.dynamo()
                .query(request -> request.tableName(table.name())
                        .keyConditionExpression("subject = :late")
                        .expressionAttributeValues(Map.of(":late", Attributes.text(CoordinationKey.late(part))))
                        .exclusiveStartKey(start.isEmpty() ? null : start));
    }

    /** Time to live may lag by days. */
    private Optional<LateRenewal> read(Map<String, AttributeValue> row) {
        Optional<Hostname> hostname = Attributes.text(row, CoordinationKey.KIND).flatMap(Hostname::parse);
        Optional<Instant> late = Attributes.seconds(row, LATE_AT);
        Optional<Instant> almostExpired = Attributes.seconds(row, ALMOST_EXPIRED_AT);
        Optional<Instant> notAfter =
                Attributes.seconds(row, NOT_AFTER).filter(at -> at.plus(KEPT).isAfter(clock.instant()));
        return hostname.isPresent() && late.isPresent() && almostExpired.isPresent() && notAfter.isPresent()
                ? Optional.of(new LateRenewal(hostname.get(), late.get(), almostExpired.get(), notAfter.get()))
                : Optional.empty();
    }

    @Override
    public StoreEffect note(LateRenewal late) {
        Map<String, AttributeValue> row =
                new HashMap<>(CoordinationKey.late(late.hostname()).attributes());
        row.put(LATE_AT, Attributes.seconds(late.lateAt()));
        row.put(ALMOST_EXPIRED_AT, Attributes.seconds(late.almostExpiredAt()));
        row.put(NOT_AFTER, Attributes.seconds(late.notAfter()));
        row.put(CoordinationKey.EXPIRES, Attributes.seconds(late.notAfter().plus(KEPT)));
        try {
            table.dynamo().putItem(request -> request.tableName(table.name()).item(row));
            return new StoreEffect.Done();
        } catch (SdkException failed) {
            return new StoreEffect.Unreachable(table.unreachable(failed));
        }
    }

    @Override
    public StoreEffect forget(Hostname hostname) {
        try {
            table.dynamo()
                    .deleteItem(request -> request.tableName(table.name())
                            .key(CoordinationKey.late(hostname).attributes()));
            return new StoreEffect.Done();
        } catch (SdkException failed) {
            return new StoreEffect.Unreachable(table.unreachable(failed));
        }
    }
}
