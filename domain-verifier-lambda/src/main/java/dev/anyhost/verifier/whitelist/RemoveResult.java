package dev.anyhost.verifier.whitelist;

import dev.anyhost.verifier.onboarding.Domain;

/** What became of a removal. */
public sealed interface RemoveResult {

    /** It was registered and isn't any more. */
    record Removed(Domain domain) implements RemoveResult {}

    /** It wasn't registered. */
    record Absent() implements RemoveResult {}

    /** It changed in the meantime and is still there: whoever removes should look again. */
    record Changed() implements RemoveResult {}

    /** There is a row that this version can't read; it stays. */
    record Unreadable(String reason) implements RemoveResult {}

    /** The table couldn't be asked; the removal may or may not have happened. Repeating it is safe. */
    record Unreachable(String reason) implements RemoveResult {}
}
