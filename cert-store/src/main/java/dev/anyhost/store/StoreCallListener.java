package dev.anyhost.store;

/** Hears of every DynamoDB call, for metrics. Called on the caller's thread: it must be quick and must not throw. */
@FunctionalInterface
public interface StoreCallListener {

    /** Hears nothing. */
    StoreCallListener NONE = (operation, outcome) -> {};

    /** How a call ended. */
    enum Outcome {
        /** It was done. */
        OK,
        /** Its condition didn't hold: somebody else was first. */
        CONDITION_FAILED,
        /** There was no usable answer, after all retries. */
        FAILED
    }

    /**
     * A call has ended.
     *
     * @param operation DynamoDB's name, such as {@code GetItem}
     */
    void called(String operation, Outcome outcome);
}
