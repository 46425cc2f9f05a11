package dev.anyhost.proxy.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BackgroundTest {

    private static final long LIMIT = 30;

    private final BlockingQueue<Thread> running = new ArrayBlockingQueue<>(10);

    /** What every loop does: it waits, and leaves when it is interrupted. */
    private void loop() {
        running.add(Thread.currentThread());
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void interruptThatIsntTheProcesssEnd_endsNoLoop() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Background.keep(threads, this::loop);
            Thread first = Objects.requireNonNull(running.poll(LIMIT, TimeUnit.SECONDS));

            first.interrupt();

            assertThat(running.poll(LIMIT, TimeUnit.SECONDS)).isSameAs(first);
            threads.shutdownNow();
            assertThat(threads.awaitTermination(LIMIT, TimeUnit.SECONDS)).isTrue();
            assertThat(running).isEmpty();
        }
    }
}
