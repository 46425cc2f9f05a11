package dev.anyhost.verifier.command;

import java.time.Duration;
import java.time.InstantSource;

/**
 * How a command waits.
 *
 * @param pause blocks for a time
 */
record Waiting(InstantSource clock, Pause pause) {

    /** Something that takes time. */
    @FunctionalInterface
    interface Pause {
        void pause(Duration time) throws InterruptedException;
    }

    static Waiting really() {
        return new Waiting(InstantSource.system(), Thread::sleep);
    }
}
