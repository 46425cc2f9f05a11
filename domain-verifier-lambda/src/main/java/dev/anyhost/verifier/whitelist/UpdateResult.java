package dev.anyhost.verifier.whitelist;

/** What became of a change. */
public sealed interface UpdateResult {

    /** It is as was wanted now. */
    record Updated() implements UpdateResult {}

    /** Somebody else changed or removed it in the meantime, and that stays: look again. */
    record Changed() implements UpdateResult {}

    /** The table couldn't be asked; the change may or may not have happened. Looking again tells. */
    record Unreachable(String reason) implements UpdateResult {}
}
