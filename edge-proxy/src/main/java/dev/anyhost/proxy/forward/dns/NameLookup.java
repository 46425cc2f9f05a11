package dev.anyhost.proxy.forward.dns;

import java.util.function.Consumer;

/** Looks names up without blocking and without memory. */
@FunctionalInterface
public interface NameLookup {

    /** Any thread may call; the answer comes once, on any thread, perhaps before this returns. */
    void lookUp(String host, Consumer<NameAnswer> answer);
}
