package dev.anyhost.verifier.whitelist;

import dev.anyhost.verifier.onboarding.Domain;

/** What became of a registration. */
public sealed interface AddResult {

    /** The hostname is registered now. */
    record Added(Domain domain) implements AddResult {}

    /** The same tenant registered it before with the same origin; its status is as it was. */
    record AlreadyThere(Domain domain) implements AddResult {}

    /** It is registered with another tenant or origin, and stays so. */
    record Conflict(Domain existing) implements AddResult {}

    /** There is a row that this version can't read; it stays. */
    record Unreadable(String reason) implements AddResult {}

    /** The table couldn't be asked; the registration may or may not have happened. Repeating it is safe. */
    record Unreachable(String reason) implements AddResult {}
}
