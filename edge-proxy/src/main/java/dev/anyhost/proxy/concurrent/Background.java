package dev.anyhost.proxy.concurrent;

import java.util.concurrent.ExecutorService;

/**
 * Work that goes on for as long as the process does. An interrupt ends a loop, as it should when the process stops; but the AWS
 * SDK enforces its time limits by interrupts as well, and one that comes after its call has ended finds whoever called in the
 * next wait. A loop that such an interrupt ended begins again.
 */
public final class Background {

    private Background() {}

    /**
     * Runs work again and again until its executor is shut down.
     *
     * @param work returns when its thread is interrupted
     */
    public static void keep(ExecutorService threads, Runnable work) {
        threads.execute(() -> {
            while (!threads.isShutdown()) {
                var _ = Thread.interrupted();
                work.run();
            }
        });
    }
}
