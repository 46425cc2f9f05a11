package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchGetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;

/**
 * Traffic as one number a hostname, in a row of its own: adding to the certificate's item would cost as much as writing the
 * whole certificate, and a new version would lose it.
 *
 * <p>Old traffic must count less than new traffic, but ADD can't divide. So new traffic counts more: a handshake's weight
 * doubles every thirty days, and all numbers are read against today's weight ("forward decay", Cormode et al., ICDE 2009).
 * Sums stay comparable and additions need no order and no condition. In 2060 the weight will have outgrown what DynamoDB's
 * numbers hold (1e125).
 */
final class DynamoTraffic implements HostTraffic {

    private static final String TRAFFIC = "traffic";
    private static final Instant WEIGHS_ONE = Instant.parse("2026-01-01T00:00:00Z");
    private static final double DOUBLES_IN_SECONDS = Duration.ofDays(30).toSeconds();
    private static final double A_DAY = Duration.ofDays(1).toSeconds() * Math.log(2) / DOUBLES_IN_SECONDS;
    private static final MathContext DIGITS = new MathContext(12);

    /** A name that nobody used for so long is as good as one that never was. */
    private static final Duration KEPT = Duration.ofDays(400);

    private static final int MOST_KEYS = 100;
    private static final int TRIES = 20;

    private final DynamoTable table;
    private final InstantSource clock;

    DynamoTraffic(DynamoTable table, InstantSource clock) {
        this.table = table;
        this.clock = clock;
    }

    /** How much a handshake of now weighs. */
    private double weight() {
        return Math.pow(2, Duration.between(WEIGHS_ONE, clock.instant()).toSeconds() / DOUBLES_IN_SECONDS);
    }

    @Override
    public StoreEffect add(Hostname hostname, long handshakes) {
        BigDecimal weighed = BigDecimal.valueOf(handshakes).multiply(BigDecimal.valueOf(weight()), DIGITS);
        try {
            table.dynamo()
                    .updateItem(request -> request.tableName(table.name())
                            .key(CoordinationKey.traffic(hostname).attributes())
                            .updateExpression("ADD traffic :more SET expires = :expires")
                            .expressionAttributeValues(Map.of(
                                    ":more", AttributeValue.fromN(weighed.toString()),
                                    ":expires",
                                            Attributes.seconds(clock.instant().plus(KEPT)))));
            return new StoreEffect.Done();
        } catch (SdkException failed) {
            return new StoreEffect.Unreachable(table.unreachable(failed));
        }
    }

    @Override
    public TrafficResult find(List<Hostname> hostnames) {
        Map<Hostname, Double> perDay = new HashMap<>();
        double weight = weight();
        try {
            for (int from = 0; from < hostnames.size(); from += MOST_KEYS) {
                List<Hostname> some = hostnames.subList(from, Math.min(hostnames.size(), from + MOST_KEYS));
                if (!read(some, row -> perDay.put(row.hostname(), row.sum() / weight * A_DAY))) {
                    return new TrafficResult.Unreachable("table " + table.name() + ": throttled");
                }
            }
            return new TrafficResult.Known(perDay);
        } catch (SdkException failed) {
            return new TrafficResult.Unreachable(table.unreachable(failed));
        }
    }

    private record Row(Hostname hostname, double sum) {}

    /** Whether all were read: what DynamoDB leaves out of an answer is asked for again, some times. */
    private boolean read(List<Hostname> hostnames, Consumer<Row> visitor) {
        Map<String, KeysAndAttributes> wanted = Map.of(
                table.name(),
                KeysAndAttributes.builder()
                        .keys(hostnames.stream()
                                .distinct()
                                .map(hostname ->
                                        CoordinationKey.traffic(hostname).attributes())
                                .toList())
                        .build());
        for (int tries = 0; tries < TRIES && !wanted.isEmpty(); tries++) {
            Map<String, KeysAndAttributes> asked = wanted;
            BatchGetItemResponse answer = table.dynamo().batchGetItem(request -> request.requestItems(asked));
            answer.responses()
                    .getOrDefault(table.name(), List.of())
                    .forEach(item -> row(item).ifPresent(visitor));
            wanted = answer.unprocessedKeys();
        }
        return wanted.isEmpty();
    }

    private static Optional<Row> row(Map<String, AttributeValue> item) {
        return Attributes.text(item, CoordinationKey.SUBJECT)
                .flatMap(CoordinationKey::hostname)
                .flatMap(hostname -> sum(item).map(sum -> new Row(hostname, sum)));
    }

    private static Optional<Double> sum(Map<String, AttributeValue> item) {
        try {
            return Optional.ofNullable(item.get(TRAFFIC)).map(AttributeValue::n).map(Double::valueOf);
        } catch (NumberFormatException notOurs) {
            return Optional.empty();
        }
    }
}
