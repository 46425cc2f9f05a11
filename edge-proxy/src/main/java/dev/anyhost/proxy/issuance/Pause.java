package dev.anyhost.proxy.issuance;

import java.time.Duration;

/** Lets time pass on a virtual thread; tests put their own in. */
@FunctionalInterface
public interface Pause {

    /** Real time. */
    Pause REAL = Thread::sleep;

    void pause(Duration duration) throws InterruptedException;
}
