package dev.anyhost.proxy.forward;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import reactor.blockhound.BlockHound;

/** Makes a blocking call on an event loop an error, and remembers it for tests that end otherwise well. */
final class NoBlocking {

    private static final List<String> SEEN = new CopyOnWriteArrayList<>();
    private static final boolean INSTALLED = install();

    private NoBlocking() {}

    private static boolean install() {
        BlockHound.builder()
                .loadIntegrations()
                .allowBlockingCallsInside("java.lang.ClassLoader", "loadClass")
                .blockingMethodCallback(method -> {
                    var blocked = new Error("blocking call on an event loop: " + method);
                    SEEN.add(blocked + " " + List.of(blocked.getStackTrace()));
                    throw blocked;
                })
                .install();
        return true;
    }

    /** What was blocked on so far in this JVM; installs the watch at the first call. */
    static List<String> seen() {
        return INSTALLED ? List.copyOf(SEEN) : List.of();
    }
}
