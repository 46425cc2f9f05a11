package dev.anyhost.store;

import java.util.List;

/**
 * Sees every request that leaves the store for the database, retries included, and can lose answers: the request arrives
 * and is carried out, and its sender, who never hears of it, sends it again.
 */
interface WatchedCalls extends AutoCloseable {

    /** The operations so far, in order; then forgets them. */
    List<String> operations();

    boolean lastWasConsistent();

    void loseNextAnswerTo(String operation);

    @Override
    void close();
}
