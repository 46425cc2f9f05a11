package dev.anyhost.store;

import dev.anyhost.testkit.DynamoOperation;
import dev.anyhost.testkit.RelayedDynamoDb;
import dev.anyhost.testkit.memory.MemoryDynamoDb;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;

/** The requests to a database in memory, repeated where an answer is lost as the SDK repeats them. */
final class WatchedMemory extends RelayedDynamoDb implements WatchedCalls {

    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Queue<String> answersToLose = new ConcurrentLinkedQueue<>();

    private record Request(String operation, boolean consistent) {}

    WatchedMemory() {
        super(new MemoryDynamoDb());
    }

    @Override
    protected <T> T call(DynamoOperation operation, DynamoDbRequest request, Supplier<T> call) {
        boolean consistent = request instanceof GetItemRequest get && Boolean.TRUE.equals(get.consistentRead());
        Request seen = new Request(operation.wireName(), consistent);
        requests.add(seen);
        if (answersToLose.remove(seen.operation())) {
            var _ = call.get();
            requests.add(seen);
        }
        return call.get();
    }

    @Override
    public List<String> operations() {
        List<String> seen = requests.stream().map(Request::operation).toList();
        requests.clear();
        return seen;
    }

    @Override
    public boolean lastWasConsistent() {
        return requests.getLast().consistent();
    }

    @Override
    public void loseNextAnswerTo(String operation) {
        answersToLose.add(operation);
    }
}
