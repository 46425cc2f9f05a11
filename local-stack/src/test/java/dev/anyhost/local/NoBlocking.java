package dev.anyhost.local;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import reactor.blockhound.BlockHound;

/** Watches every event loop of this JVM: a blocking call on one of them fails the test class that caused it. */
final class NoBlocking {

    private static final List<String> SEEN = new CopyOnWriteArrayList<>();

    /** Their locks are held for a few instructions; a blocking call would be somebody else's. */
    private static final List<String> SHORT_LOCKS = List.of("io.netty.buffer.", "java.lang.ClassLoader");

    static {
        BlockHound.builder()
                .loadIntegrations()
                .blockingMethodCallback(method -> note(String.valueOf(method), new Throwable().getStackTrace()))
                .install();
    }

    private static void note(String method, StackTraceElement[] stack) {
        boolean shortLock =
                Arrays.stream(stack).anyMatch(frame -> SHORT_LOCKS.stream().anyMatch(frame.getClassName()::startsWith));
        if (!shortLock) {
            SEEN.add(method + " " + Arrays.asList(stack));
        }
    }

    private NoBlocking() {}

    /** What was blocked on so far; the first call starts the watch. */
    static List<String> seen() {
        return List.copyOf(SEEN);
    }
}
