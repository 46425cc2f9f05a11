package dev.anyhost.testkit.memory;

import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;

/** What is read, and page by page. */
final class Reads {

    private static final Set<String> QUERY = Set.of(
            "TableName",
            "IndexName",
            "KeyConditionExpression",
            "FilterExpression",
            "ProjectionExpression",
            "ExpressionAttributeNames",
            "ExpressionAttributeValues",
            "ScanIndexForward",
            "ExclusiveStartKey",
            "ConsistentRead",
            "Limit");

    private Reads() {}

    static GetItemResponse get(MemoryTable table, GetItemRequest request) {
        RequestFields.onlyThese(
                request,
                Set.of("TableName", "Key", "ConsistentRead", "ProjectionExpression", "ExpressionAttributeNames"));
        Map<String, AttributeValue> item = table.get(new Key(table.keys().exactly(Values.canonical(request.key()))));
        if (item.isEmpty()) {
            return GetItemResponse.builder().build();
        }
        Optional<Expression<List<Path>>> projection = projection(request.projectionExpression());
        RequestFields.noneUnused(used(projection), request.expressionAttributeNames(), Map.of());
        return GetItemResponse.builder()
                .item(Page.projection(projection.map(Expression::parsed), request.expressionAttributeNames())
                        .apply(item))
                .build();
    }

    static QueryResponse query(MemoryTable table, QueryRequest request) {
        RequestFields.onlyThese(request, QUERY);
        if (request.indexName() != null && Boolean.TRUE.equals(request.consistentRead())) {
            throw Failures.invalid("Consistent reads are not supported on global secondary indexes");
        }
        Expression<Condition> keys = Expression.condition(request.keyConditionExpression());
        Optional<Expression<Condition>> filter =
                Optional.ofNullable(request.filterExpression()).map(Expression::condition);
        Optional<Expression<List<Path>>> projection = projection(request.projectionExpression());
        Set<String> used = new TreeSet<>(keys.placeholders());
        used.addAll(used(filter));
        used.addAll(used(projection));
        RequestFields.noneUnused(used, request.expressionAttributeNames(), request.expressionAttributeValues());

        MemoryTable.View view = table.view(request.indexName());
        Scope scope = new Scope(
                request.expressionAttributeNames(), Values.canonical(request.expressionAttributeValues()), Map.of());
        Range range = Range.of(keys.parsed(), view.keys(), scope);
        boolean backwards = Boolean.FALSE.equals(request.scanIndexForward());
        var lines = range.in(view.lines());
        var ordered = after(table, view, backwards ? lines.descendingMap() : lines, request.exclusiveStartKey());
        Page page = Page.of(
                view,
                () -> ordered.values().stream()
                        .filter(line -> range.bounds().holds(scope.of(line)))
                        .iterator(),
                line -> filter.isEmpty() || filter.get().parsed().holds(scope.of(line)),
                Page.projection(projection.map(Expression::parsed), request.expressionAttributeNames()),
                request.limit());
        QueryResponse.Builder answer = QueryResponse.builder()
                .items(page.items())
                .count(page.items().size())
                .scannedCount(page.looked());
        return (page.last().isEmpty() ? answer : answer.lastEvaluatedKey(page.last())).build();
    }

    static ScanResponse scan(MemoryTable table, ScanRequest request) {
        RequestFields.onlyThese(request, Set.of("TableName", "ExclusiveStartKey", "ConsistentRead", "Limit"));
        MemoryTable.View view = table.view((String) null);
        Page page = Page.of(
                view,
                after(table, view, view.lines(), request.exclusiveStartKey()).values(),
                _ -> true,
                line -> line,
                request.limit());
        ScanResponse.Builder answer = ScanResponse.builder()
                .items(page.items())
                .count(page.items().size())
                .scannedCount(page.looked());
        return (page.last().isEmpty() ? answer : answer.lastEvaluatedKey(page.last())).build();
    }

    private static NavigableMap<Key, Map<String, AttributeValue>> after(
            MemoryTable table,
            MemoryTable.View view,
            NavigableMap<Key, Map<String, AttributeValue>> lines,
            Map<String, AttributeValue> start) {
        return start.isEmpty() ? lines : lines.tailMap(table.position(view, Values.canonical(start)), false);
    }

    private static Optional<Expression<List<Path>>> projection(@Nullable String text) {
        return Optional.ofNullable(text).map(Expression::projection);
    }

    private static Set<String> used(Optional<? extends Expression<?>> expression) {
        return expression.<Set<String>>map(Expression::placeholders).orElseGet(Set::of);
    }
}
