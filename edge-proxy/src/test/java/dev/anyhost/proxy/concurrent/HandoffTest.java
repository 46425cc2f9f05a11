package dev.anyhost.proxy.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HandoffTest {

    private static final Duration DEADLINE = Duration.ofSeconds(5);

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Queue<Runnable> work = new ArrayDeque<>();
    private final List<String> unwanted = new ArrayList<>();

    private Future<String> run(Handoff handoff, Callable<String> body) {
        return handoff.run(channel.eventLoop(), body, DEADLINE, () -> "late", () -> "overloaded", unwanted::add);
    }

    @Test
    void answerInTime_isTheAnswer() {
        Future<String> answer = run(new Handoff(work::add, 1), () -> "done");
        assertThat(answer.isDone()).isFalse();
        work.remove().run();
        channel.runPendingTasks();
        assertThat(answer.getNow()).isEqualTo("done");
        assertThat(unwanted).isEmpty();
    }

    @Test
    void answerAfterTheDeadline_isGivenBack() {
        Future<String> answer = run(new Handoff(work::add, 1), () -> "done");
        channel.freezeTime();
        channel.advanceTimeBy(6, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertThat(answer.getNow()).isEqualTo("late");
        work.remove().run();
        assertThat(unwanted).containsExactly("done");
    }

    @Test
    void withoutRoom_isOverloadedUntilThereIs() {
        Handoff handoff = new Handoff(work::add, 1);
        Future<String> first = run(handoff, () -> "first");
        assertThat(run(handoff, () -> "second").getNow()).isEqualTo("overloaded");
        work.remove().run();
        assertThat(first.getNow()).isEqualTo("first");
        assertThat(run(handoff, () -> "third").isDone()).isFalse();
    }

    @Test
    void workThatFails_takesNoRoom() {
        Handoff handoff = new Handoff(work::add, 1);
        Future<String> failing = run(handoff, () -> {
            throw new IllegalStateException("a bug");
        });
        work.remove().run();
        assertThat(failing.cause()).hasMessage("a bug");
        assertThat(run(handoff, () -> "next").isDone()).isFalse();
    }

    @Test
    void threadsThatTakeNothing_takeNoRoom() {
        List<Executor> threads = new ArrayList<>(List.of(
                task -> {
                    throw new RejectedExecutionException("ending");
                },
                work::add));
        Handoff handoff = new Handoff(task -> threads.removeFirst().execute(task), 1);
        assertThat(run(handoff, () -> "first").cause()).hasMessage("ending");
        assertThat(run(handoff, () -> "second").isDone()).isFalse();
    }
}
