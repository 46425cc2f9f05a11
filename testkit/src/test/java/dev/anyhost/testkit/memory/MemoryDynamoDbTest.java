package dev.anyhost.testkit.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.anyhost.testkit.DynamoDbLocal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbResponse;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.KeysAndAttributes;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnConsumedCapacity;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** The same requests, put to the database in memory and to DynamoDB Local, get the same answers. */
class MemoryDynamoDbTest {

    private static DynamoDbLocal database;
    private static DynamoDbClient local;

    private final MemoryDynamoDb memory = new MemoryDynamoDb();
    private final String table = "things-" + UUID.randomUUID();

    @BeforeEach
    void createTables() {
        createTable(local, table);
        createTable(memory, table);
    }

    @BeforeAll
    static void start() {
        database = DynamoDbLocal.start();
        local = database.client();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    private static void createTable(DynamoDbClient dynamo, String name) {
        dynamo.createTable(request -> request.tableName(name)
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .attributeDefinitions(
                        definition("id", ScalarAttributeType.S),
                        definition("kind", ScalarAttributeType.S),
                        definition("shard", ScalarAttributeType.S),
                        definition("due", ScalarAttributeType.N))
                .keySchema(key("id", KeyType.HASH), key("kind", KeyType.RANGE))
                .globalSecondaryIndexes(List.of(GlobalSecondaryIndex.builder()
                        .indexName("by-due")
                        .keySchema(key("shard", KeyType.HASH), key("due", KeyType.RANGE))
                        .projection(shown ->
                                shown.projectionType(ProjectionType.INCLUDE).nonKeyAttributes("count"))
                        .build())));
    }

    private static AttributeDefinition definition(String name, ScalarAttributeType type) {
        return AttributeDefinition.builder()
                .attributeName(name)
                .attributeType(type)
                .build();
    }

    private static KeySchemaElement key(String name, KeyType type) {
        return KeySchemaElement.builder().attributeName(name).keyType(type).build();
    }

    private static AttributeValue text(String value) {
        return AttributeValue.fromS(value);
    }

    private static AttributeValue number(String value) {
        return AttributeValue.fromN(value);
    }

    private static Map<String, AttributeValue> id(String id) {
        return Map.of("id", text(id), "kind", text("thing"));
    }

    /** One answer for both, or a failure of one kind for both. */
    private void assertSame(String what, Function<DynamoDbClient, Object> request) {
        assertThat(answer(memory, request)).as(what).isEqualTo(answer(local, request));
    }

    private static Object answer(DynamoDbClient dynamo, Function<DynamoDbClient, Object> request) {
        try {
            Object answer = request.apply(dynamo);
            return answer instanceof DynamoDbResponse ? answer.toString() : answer;
        } catch (ConditionalCheckFailedException failed) {
            return List.of("condition", failed.item());
        } catch (TransactionCanceledException failed) {
            return failed.cancellationReasons().stream()
                    .map(reason -> reason.code() + reason.item())
                    .toList();
        } catch (AwsServiceException failed) {
            return failed.awsErrorDetails().errorCode();
        }
    }

    private record Update(String expression, Map<String, AttributeValue> values) {}

    private static AttributeValue texts(String... members) {
        return AttributeValue.fromSs(List.of(members));
    }

    @Test
    void updateExpressions_haveTheSameEffect() {
        String count = "SET #c = if_not_exists(#c, :zero) + :one";
        Map<String, AttributeValue> counting = Map.of(":zero", number("0"), ":one", number("1"));
        AttributeValue two = AttributeValue.fromL(List.of(text("two")));
        AttributeValue map = AttributeValue.fromM(Map.of("x", number("7"), "y", text("why")));
        List<Update> updates = List.of(
                new Update(count, counting),
                new Update(count, counting),
                new Update("SET #c = #c - :tenth", Map.of(":tenth", number("0.25"))),
                new Update("SET a = :map, b = :list", Map.of(":map", map, ":list", two)),
                new Update(
                        "SET a.x = a.x + :two, b = list_append(b, :list) REMOVE a.y",
                        Map.of(":two", number("2"), ":list", two)),
                new Update("SET b[0] = :v", Map.of(":v", text("first"))),
                new Update("SET nowhere.x = :v", Map.of(":v", text("lost"))),
                new Update("SET a = b, b = a", Map.of()),
                new Update("SET a = absent", Map.of()),
                new Update("SET a = :v, a.x = :v", Map.of(":v", text("both"))),
                new Update("ADD tags :tags, #c :one", Map.of(":tags", texts("b", "a"), ":one", number("1"))),
                new Update("ADD tags :tags", Map.of(":tags", texts("c", "a"))),
                new Update("DELETE tags :tags", Map.of(":tags", texts("a", "b"))),
                new Update("DELETE tags :tags", Map.of(":tags", texts("c"))),
                new Update("SET kind = :v", Map.of(":v", text("another"))),
                new Update("SET due = :v", Map.of(":v", text("a text in an index of numbers"))),
                new Update("SET a = :v", Map.of(":v", text("used"), ":w", text("unused"))),
                new Update("SET a = :v b = :v", Map.of(":v", text("no comma"))),
                new Update("REMOVE a, b, absent", Map.of()));
        for (Update update : updates) {
            assertSame(
                    update.expression(),
                    dynamo -> dynamo.updateItem(request -> request.tableName(table)
                                    .key(id("one"))
                                    .updateExpression(update.expression())
                                    .expressionAttributeNames(names(update.expression()))
                                    .expressionAttributeValues(update.values().isEmpty() ? null : update.values())
                                    .returnValues(ReturnValue.ALL_NEW))
                            .attributes());
        }
    }

    private static @Nullable Map<String, String> names(String expression) {
        return expression.contains("#c") ? Map.of("#c", "count") : null;
    }

    @Test
    void conditions_holdForTheSameItems() {
        Map<String, AttributeValue> item = new HashMap<>(id("one"));
        item.put("count", number("5"));
        item.put("a", text("abc"));
        item.put("held", AttributeValue.fromBool(true));
        item.put("m", AttributeValue.fromM(Map.of("x", number("5"))));
        item.put("tags", texts("b", "a"));
        assertSame("put", dynamo -> dynamo.putItem(put -> put.tableName(table).item(item)));
        List<Update> conditions = List.of(
                new Update("a = :v", Map.of(":v", text("abc"))),
                new Update("a <> :v", Map.of(":v", text("abc"))),
                new Update("absent <> :v", Map.of(":v", text("abc"))),
                new Update("absent = :v", Map.of(":v", text("abc"))),
                new Update("absent < :v", Map.of(":v", number("1"))),
                new Update("NOT absent < :v", Map.of(":v", number("1"))),
                new Update("#c <> :v", Map.of(":v", text("5"))),
                new Update("#c = :v", Map.of(":v", number("5.00"))),
                new Update("#c < :v", Map.of(":v", number("10"))),
                new Update("#c <= :v AND a > :w", Map.of(":v", number("5"), ":w", text("ab"))),
                new Update(
                        "#c < :v OR a >= :w AND held = :true",
                        Map.of(":v", number("5"), ":w", text("abc"), ":true", AttributeValue.fromBool(true))),
                new Update("m.x = #c", Map.of()),
                new Update("tags = :v", Map.of(":v", texts("a", "b"))),
                new Update("contains(tags, :v) AND contains(a, :v)", Map.of(":v", text("b"))),
                new Update("begins_with(a, :v)", Map.of(":v", text("b"))),
                new Update("#c BETWEEN :v AND :w", Map.of(":v", number("5"), ":w", number("6"))),
                new Update("a IN (:v, :w)", Map.of(":v", text("b"), ":w", text("abc"))),
                new Update("(attribute_not_exists(m.y) AND attribute_exists(m.x)) OR a = :v", Map.of(":v", text("z"))),
                new Update("NOT (attribute_exists(held) OR a = :v)", Map.of(":v", text("z"))),
                new Update("a = :undefined", Map.of()),
                new Update("a == :v", Map.of(":v", text("abc"))));
        for (Update condition : conditions) {
            assertSame(condition.expression(), dynamo -> {
                var _ = dynamo.updateItem(request -> request.tableName(table)
                        .key(id("one"))
                        .conditionExpression(condition.expression())
                        .expressionAttributeNames(names(condition.expression()))
                        .expressionAttributeValues(condition.values().isEmpty() ? null : condition.values())
                        .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD));
                return "held";
            });
        }
    }

    @Test
    void pagesOfAnIndex_areTheSame() {
        for (int i = 0; i < 7; i++) {
            Map<String, AttributeValue> item = new HashMap<>(id("thing-" + i));
            item.put("shard", text("s"));
            item.put("due", number(Integer.toString(i / 2 * 5)));
            item.put("count", number("1"));
            item.put("unseen", text("not in the index"));
            assertSame(
                    "put", dynamo -> dynamo.putItem(put -> put.tableName(table).item(item)));
        }
        assertSame(
                "remove from index",
                dynamo -> dynamo.updateItem(request -> request.tableName(table)
                        .key(id("thing-3"))
                        .updateExpression("REMOVE #s")
                        .expressionAttributeNames(Map.of("#s", "shard"))));
        for (String condition : List.of(
                "#s = :s AND due <= :v",
                "#s = :s AND due > :v",
                "due < :v AND #s = :s",
                "#s = :s AND due BETWEEN :v AND :v",
                "#s = :s AND due <> :v",
                "due = :v AND due = :v")) {
            for (boolean forward : List.of(true, false)) {
                // Within one due time DynamoDB's order is its own affair.
                assertSame(condition + " " + forward, dynamo -> dueTimes(dynamo, condition, forward));
            }
        }
    }

    private List<List<String>> dueTimes(DynamoDbClient dynamo, String condition, boolean forward) {
        List<List<String>> pages = new ArrayList<>();
        Map<String, AttributeValue> start = Map.of();
        do {
            QueryRequest.Builder query = QueryRequest.builder()
                    .tableName(table)
                    .indexName("by-due")
                    .keyConditionExpression(condition)
                    .expressionAttributeValues(
                            condition.contains(":s")
                                    ? Map.of(":s", text("s"), ":v", number("5"))
                                    : Map.of(":v", number("5")))
                    .expressionAttributeNames(condition.contains("#s") ? Map.of("#s", "shard") : null)
                    .scanIndexForward(forward)
                    .limit(2);
            QueryResponse page = dynamo.query((start.isEmpty() ? query : query.exclusiveStartKey(start)).build());
            pages.add(page.items().stream()
                    .map(line -> due(line) + new TreeSet<>(line.keySet()))
                    .toList());
            start = page.lastEvaluatedKey();
        } while (!start.isEmpty());
        return pages;
    }

    private static String due(Map<String, AttributeValue> line) {
        return line.getOrDefault("due", number("0")).n();
    }

    @Test
    void transactions_areWholeOrNotAtAll() {
        assertSame("put", dynamo -> dynamo.putItem(put -> put.tableName(table).item(id("one"))));
        for (String wanted : List.of("attribute_exists(id)", "attribute_not_exists(id)")) {
            assertSame(
                    wanted,
                    dynamo -> dynamo.transactWriteItems(request -> request.transactItems(
                            TransactWriteItem.builder()
                                    .update(update -> update.tableName(table)
                                            .key(id("one"))
                                            .updateExpression("SET a = :v")
                                            .conditionExpression(wanted)
                                            .expressionAttributeValues(Map.of(":v", text("changed")))
                                            .returnValuesOnConditionCheckFailure(
                                                    ReturnValuesOnConditionCheckFailure.ALL_OLD))
                                    .build(),
                            TransactWriteItem.builder()
                                    .put(put -> put.tableName(table)
                                            .item(id("two"))
                                            .conditionExpression("attribute_not_exists(id)"))
                                    .build())));
            assertSame(
                    "both",
                    dynamo -> dynamo.scan(scan -> scan.tableName(table)).items().stream()
                            .sorted(Comparator.comparing(Map::toString))
                            .toList());
        }
    }

    @Test
    void batches_areTheSame() {
        List<WriteRequest> writes = List.of(
                WriteRequest.builder().putRequest(put -> put.item(id("one"))).build(),
                WriteRequest.builder().putRequest(put -> put.item(id("two"))).build(),
                WriteRequest.builder()
                        .deleteRequest(delete -> delete.key(id("three")))
                        .build());
        assertSame(
                "write",
                dynamo -> dynamo.batchWriteItem(request -> request.requestItems(Map.of(table, writes)))
                        .unprocessedItems());
        assertSame(
                "read",
                dynamo -> Set.copyOf(dynamo.batchGetItem(request -> request.requestItems(Map.of(
                                table,
                                KeysAndAttributes.builder()
                                        .keys(List.of(id("one"), id("two"), id("three")))
                                        .build())))
                        .responses()
                        .get(table)));
        assertSame(
                "wrong key",
                dynamo -> dynamo.getItem(get -> get.tableName(table).key(Map.of("id", text("one")))));
        assertSame(
                "no table",
                dynamo -> dynamo.getItem(get -> get.tableName("nowhere").key(id("one"))));
    }

    @Test
    void whatIsntThere_isRefusedLoudly() {
        assertThatThrownBy(() -> memory.getItem(get ->
                        get.tableName(table).key(id("one")).returnConsumedCapacity(ReturnConsumedCapacity.TOTAL)))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("ReturnConsumedCapacity");
        assertThatThrownBy(() -> memory.deleteItem(delete -> delete.tableName(table)
                        .key(id("one"))
                        .conditionExpression("size(id) > :v")
                        .expressionAttributeValues(Map.of(":v", number("1")))))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> memory.listTables()).isInstanceOf(UnsupportedOperationException.class);
    }
}
