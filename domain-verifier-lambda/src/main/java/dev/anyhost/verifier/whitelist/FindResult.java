package dev.anyhost.verifier.whitelist;

import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.Removed;

/** What the whitelist says about one hostname. */
public sealed interface FindResult {

    /** It is registered, with whatever status. */
    record Found(Domain domain) implements FindResult {}

    /** Nobody has registered it; it was somebody's a while ago. */
    record Left(Removed removed) implements FindResult {}

    /** Nobody has registered it. */
    record Absent() implements FindResult {}

    /** There is a row that this version can't read; it means neither yes nor no. */
    record Unreadable(String reason) implements FindResult {}

    /** The table couldn't be asked. */
    record Unreachable(String reason) implements FindResult {}
}
