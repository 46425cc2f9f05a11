package dev.anyhost.testkit;

import java.util.function.Predicate;

/**
 * What an {@link HttpGate} does with some exchanges instead of passing them on at once.
 *
 * @param once whether it is used up by the first exchange
 */
record GateRule(Predicate<RawRequest> which, boolean once, Action action) {

    sealed interface Action {

        /** Passes it on when released. */
        record HoldRequest(HeldExchange held) implements Action {}

        /** Passes it on, and gives the answer back when released. */
        record HoldAnswer(HeldExchange held) implements Action {}

        /** Answers in the server's place. */
        record Answer(HttpAnswer answer) implements Action {}

        /** Passes nothing on and never answers. */
        record Swallow() implements Action {}

        /** Resets the client's connection. */
        record Reset() implements Action {}

        /** As if there were no rule. */
        record PassOn() implements Action {}
    }
}
