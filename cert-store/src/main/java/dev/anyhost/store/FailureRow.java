package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A failure as attributes of the lease row. {@code failure_shard} and {@code retry_at} are there only with a failure. */
final class FailureRow {

    static final String SHARD = "failure_shard";
    static final String RETRY_AT = "retry_at";
    static final String SET = "failure = :failure, failure_shard = :shard, retry_at = :retry_at";
    static final String REMOVE = "failure, failure_shard, retry_at";

    private static final String FAILURE = "failure";

    /** All failures, the next that may be tried again first in each shard. */
    static final TableIndex BY_RETRY = new TableIndex("by-retry", SHARD, RETRY_AT, List.of(FAILURE));

    private static final String COUNT = "count";
    private static final String FAILED_AT = "failed_at";
    private static final String CAUSE = "cause";
    private static final String PROBLEM = "problem";
    private static final String CHALLENGE = "challenge";
    private static final String TENANT = "tenant";
    private static final String ORIGIN = "origin";

    private FailureRow() {}

    /** The values of {@link #SET}. */
    static Map<String, AttributeValue> values(Hostname hostname, IssuanceFailure failure) {
        Map<String, AttributeValue> fields = new HashMap<>();
        fields.put(COUNT, Attributes.number(failure.count()));
        fields.put(FAILED_AT, Attributes.seconds(failure.failedAt()));
        fields.put(CAUSE, Attributes.text(failure.cause()));
        fields.put(PROBLEM, Attributes.text(failure.problem()));
        failure.challenge().ifPresent(type -> fields.put(CHALLENGE, Attributes.text(type)));
        failure.route().tenant().ifPresent(tenant -> fields.put(TENANT, Attributes.text(tenant)));
        failure.route().origin().ifPresent(origin -> fields.put(ORIGIN, Attributes.text(origin.toString())));
        return Map.of(
                ":failure", AttributeValue.fromM(fields),
                ":shard", Attributes.text(Shards.of(hostname)),
                ":retry_at", Attributes.seconds(failure.retryAt()));
    }

    /** Total: what can't be read is no failure, and the worst of that is one attempt too early. */
    static Optional<IssuanceFailure> read(Map<String, AttributeValue> row) {
        Map<String, AttributeValue> fields = Attributes.map(row, FAILURE);
        Optional<Instant> retryAt = Attributes.seconds(row, RETRY_AT);
        Optional<Instant> failedAt = Attributes.seconds(fields, FAILED_AT);
        if (retryAt.isEmpty() || failedAt.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new IssuanceFailure(
                Math.clamp(Attributes.number(fields, COUNT).orElse(1), 0, Integer.MAX_VALUE),
                failedAt.get(),
                retryAt.get(),
                Attributes.text(fields, CAUSE).orElse(""),
                Attributes.text(fields, PROBLEM).orElse(""),
                Attributes.text(fields, CHALLENGE),
                new Route(
                        Attributes.text(fields, TENANT),
                        Attributes.text(fields, ORIGIN).flatMap(FailureRow::uri))));
    }

    private static Optional<URI> uri(String text) {
        try {
            return Optional.of(new URI(text));
        } catch (URISyntaxException damaged) {
            return Optional.empty();
        }
    }
}
