package dev.anyhost.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.LimitExceededException;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;

class CountingDynamoDbTest {

    private final List<String> reached = new ArrayList<>();
    private final CountingDynamoDb dynamo = new CountingDynamoDb(new Recorder());

    @Test
    void calls_areCountedPerOperation() {
        get("a");
        get("b");
        put("c");
        assertThat(dynamo.calls(DynamoOperation.GET_ITEM)).isEqualTo(2);
        assertThat(dynamo.calls(DynamoOperation.PUT_ITEM)).isEqualTo(1);
        assertThat(dynamo.calls()).isEqualTo(3);
        dynamo.resetCalls();
        assertThat(dynamo.calls()).isZero();
        assertThat(reached).containsExactly("get a", "get b", "put c");
    }

    @Test
    void plannedFailure_hitsOnlyTheNextCallOfItsOperation() {
        dynamo.failNext(
                DynamoOperation.PUT_ITEM, LimitExceededException.builder().build());
        get("a");
        assertThatThrownBy(() -> put("b")).isInstanceOf(LimitExceededException.class);
        put("c");
        assertThat(reached).containsExactly("get a", "put c");
        assertThat(dynamo.calls(DynamoOperation.PUT_ITEM)).isEqualTo(2);
    }

    @Test
    void lostAnswer_tookEffect() {
        dynamo.loseNextAnswer(DynamoOperation.PUT_ITEM);
        assertThatThrownBy(() -> put("a")).isInstanceOf(SdkClientException.class);
        assertThat(reached).containsExactly("put a");
    }

    @Test
    void repeatedCall_arrivesTwice() {
        dynamo.repeatNext(DynamoOperation.PUT_ITEM);
        put("a");
        assertThat(reached).containsExactly("put a", "put a");
        assertThat(dynamo.calls(DynamoOperation.PUT_ITEM)).isEqualTo(1);
    }

    @Test
    void interleavedAction_runsBeforeTheCall() {
        dynamo.beforeNext(DynamoOperation.PUT_ITEM, () -> get("in between"));
        put("a");
        assertThat(reached).containsExactly("get in between", "put a");
    }

    @Test
    void outage_lastsUntilRestored() {
        dynamo.becomeUnreachable();
        assertThatThrownBy(() -> get("a")).isInstanceOf(SdkClientException.class);
        assertThatThrownBy(() -> put("a")).isInstanceOf(SdkClientException.class);
        dynamo.restore();
        get("b");
        assertThat(reached).containsExactly("get b");
    }

    private void get(String table) {
        dynamo.getItem(request -> request.tableName(table));
    }

    private void put(String table) {
        dynamo.putItem(request -> request.tableName(table));
    }

    private final class Recorder implements DynamoDbClient {

        @Override
        public GetItemResponse getItem(GetItemRequest request) {
            reached.add("get " + request.tableName());
            return GetItemResponse.builder().build();
        }

        @Override
        public PutItemResponse putItem(PutItemRequest request) {
            reached.add("put " + request.tableName());
            return PutItemResponse.builder().build();
        }

        @Override
        public String serviceName() {
            return "recorder";
        }

        @Override
        public void close() {}
    }
}
