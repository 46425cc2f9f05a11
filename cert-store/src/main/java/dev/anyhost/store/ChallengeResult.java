package dev.anyhost.store;

/** Which challenge is posted for a hostname. */
public sealed interface ChallengeResult {

    /** This one, and it isn't over. */
    record Posted(PostedChallenge challenge) implements ChallengeResult {}

    /** None, or one that is over. */
    record None() implements ChallengeResult {}

    /** The store gave no usable answer in time. */
    record Unreachable(String reason) implements ChallengeResult {}
}
