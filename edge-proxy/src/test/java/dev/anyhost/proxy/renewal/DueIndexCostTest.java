package dev.anyhost.proxy.renewal;

import static dev.anyhost.proxy.certificate.Cluster.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.certificate.Cluster;
import dev.anyhost.proxy.certificate.OnACluster;
import dev.anyhost.testkit.DynamoOperation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** What a renewal pass costs goes by what is due, and not by what there is. {@code scripts/benchmark due-index} says more. */
class DueIndexCostTest extends OnACluster {

    private static final int FEW = 100;
    private static final int MANY = 2_000;
    private static final int WRITTEN_TOGETHER = 25;

    private final List<Outcome> results = Collections.synchronizedList(new ArrayList<>());

    /** What one pass took. */
    private record Cost(int calls, int queries, double readUnits, double writeUnits, double queryUnits) {}

    private Cost pass(RenewalLoop loop, List<Hostname> due) {
        Instant now = cluster.clock.instant();
        due.forEach(name -> cluster.tables.certificates().postpone(name, 1, now));
        cluster.clock.advance(PartRun.EVERY);
        cluster.dynamo.resetCalls();
        cluster.capacity.reset();
        results.clear();
        loop.tick();

        assertThat(results).hasSameSizeAs(due).containsOnly(Outcome.WAITING);
        assertThat(cluster.dynamo.calls(DynamoOperation.SCAN)).isZero();
        return new Cost(
                cluster.dynamo.calls(),
                cluster.dynamo.calls(DynamoOperation.QUERY),
                cluster.capacity.reads(),
                cluster.capacity.writes(),
                cluster.capacity.units("Query"));
    }

    /** Certificates that are due in weeks: copies of a real one under other names. */
    private void fill(Hostname like, int from, int to) {
        Map<String, AttributeValue> real = cluster.dynamo
                .getItem(request -> request.tableName(cluster.certificates)
                        .key(Map.of("hostname", AttributeValue.fromS(like.value()))))
                .item();
        List<WriteRequest> writes = IntStream.range(from, to)
                .mapToObj(number -> copy(real, number))
                .map(item ->
                        WriteRequest.builder().putRequest(put -> put.item(item)).build())
                .toList();
        for (int i = 0; i < writes.size(); i += WRITTEN_TOGETHER) {
            List<WriteRequest> some = writes.subList(i, Math.min(writes.size(), i + WRITTEN_TOGETHER));
            assertThat(cluster.dynamo
                            .batchWriteItem(request -> request.requestItems(Map.of(cluster.certificates, some)))
                            .unprocessedItems())
                    .isEmpty();
        }
    }

    private Map<String, AttributeValue> copy(Map<String, AttributeValue> real, int number) {
        Map<String, AttributeValue> item = new HashMap<>(real);
        Instant due = cluster.clock.instant().plus(Duration.ofDays(10)).plusSeconds(60L * number);
        item.put("hostname", AttributeValue.fromS("customer-" + number + ".example"));
        item.put("shard", AttributeValue.fromS("%02d".formatted(number % 16)));
        item.put("due_at", AttributeValue.fromN(Long.toString(due.getEpochSecond())));
        return item;
    }

    @Test
    void pass_costsTheSameWhateverTheNumberOfCertificates() {
        Cluster.Instance instance = cluster.instance("a");
        List<Hostname> due = IntStream.range(0, 10)
                .mapToObj(number -> hostname("due-" + number + ".example"))
                .toList();
        due.forEach(instance::visit);
        RenewalLoop loop = cluster.renewals(instance, "a", results);
        loop.tick();

        fill(due.getFirst(), 0, FEW);
        Cost few = pass(loop, due);
        fill(due.getFirst(), FEW, MANY);
        Cost many = pass(loop, due);

        assertThat(many).isEqualTo(few);
        assertThat(few.queryUnits()).isPositive();
    }
}
