package dev.anyhost.testkit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;

/**
 * A client that counts the calls it passes on, and fails them or loses their answers when told to. What is planned for an
 * operation happens to its next calls, one plan each, in the order of planning. For any number of threads.
 */
public final class CountingDynamoDb extends RelayedDynamoDb {

    private final Map<DynamoOperation, Integer> calls = new EnumMap<>(DynamoOperation.class);
    private final Map<DynamoOperation, Deque<Plan>> plans = new EnumMap<>(DynamoOperation.class);
    private @Nullable Supplier<? extends RuntimeException> outage;

    private sealed interface Plan {
        record Fail(RuntimeException failure) implements Plan {}

        record LoseAnswer() implements Plan {}

        record AnswerLostAndRetried() implements Plan {}

        record First(Runnable action) implements Plan {}
    }

    /** Wraps {@code real}, which is closed with this one. */
    public CountingDynamoDb(DynamoDbClient real) {
        super(real);
    }

    /** How often {@code operation} was called, failed calls included. */
    public synchronized int calls(DynamoOperation operation) {
        return calls.getOrDefault(operation, 0);
    }

    /** How often anything was called. */
    public synchronized int calls() {
        return calls.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Starts counting at zero again; plans stay. */
    public synchronized void resetCalls() {
        calls.clear();
    }

    /** The next call throws {@code failure} without reaching DynamoDB. */
    public void failNext(DynamoOperation operation, RuntimeException failure) {
        plan(operation, new Plan.Fail(failure));
    }

    /** The next call takes effect, but its caller gets an {@link SdkClientException} instead of the answer. */
    public void loseNextAnswer(DynamoOperation operation) {
        plan(operation, new Plan.LoseAnswer());
    }

    /** The next call takes effect, its answer is lost, and it is sent again: what the SDK's own retry does. */
    public void repeatNext(DynamoOperation operation) {
        plan(operation, new Plan.AnswerLostAndRetried());
    }

    /** {@code action} runs before the next call takes effect, in the caller's thread: for chosen interleavings. */
    public void beforeNext(DynamoOperation operation, Runnable action) {
        plan(operation, new Plan.First(action));
    }

    /** From now on every call throws, whatever was planned, until {@link #restore()}. */
    public synchronized void fail(Supplier<? extends RuntimeException> failure) {
        outage = failure;
    }

    /** From now on every call throws what the SDK throws when it can't connect, until {@link #restore()}. */
    public void becomeUnreachable() {
        fail(() -> SdkClientException.create("Unable to execute HTTP request: Connection refused"));
    }

    /** Ends an outage. */
    public synchronized void restore() {
        outage = null;
    }

    private synchronized void plan(DynamoOperation operation, Plan plan) {
        plans.computeIfAbsent(operation, none -> new ArrayDeque<>()).addLast(plan);
    }

    private synchronized Optional<Plan> begin(DynamoOperation operation) {
        calls.merge(operation, 1, Integer::sum);
        if (outage != null) {
            return Optional.of(new Plan.Fail(outage.get()));
        }
        return Optional.ofNullable(plans.get(operation)).map(Deque::pollFirst);
    }

    @Override
    protected <T> T call(DynamoOperation operation, DynamoDbRequest request, Supplier<T> call) {
        Optional<Plan> plan = begin(operation);
        if (plan.isEmpty()) {
            return call.get();
        }
        return switch (plan.get()) {
            case Plan.Fail(RuntimeException failure) -> throw failure;
            case Plan.LoseAnswer() -> {
                var _ = call.get();
                throw SdkClientException.create("Unable to execute HTTP request: Read timed out");
            }
            case Plan.AnswerLostAndRetried() -> {
                var _ = call.get();
                yield call.get();
            }
            case Plan.First(Runnable action) -> {
                action.run();
                yield call.get();
            }
        };
    }
}
