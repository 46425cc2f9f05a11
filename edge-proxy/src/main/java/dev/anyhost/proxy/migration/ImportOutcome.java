package dev.anyhost.proxy.migration;

import java.time.Instant;

/** What became of one certificate. Reasons are for people and hold no secrets. */
public sealed interface ImportOutcome {

    /** The store has it now; in a dry run: would have it. */
    record Imported(Instant notAfter, String issuer) implements ImportOutcome {}

    /** The store has one that is as good or better. */
    record Kept(String reason) implements ImportOutcome {}

    /** Nothing that is served here, and nobody's fault. */
    record Skipped(String reason) implements ImportOutcome {}

    /** It should have been imported and couldn't be. */
    record Failed(String reason) implements ImportOutcome {}
}
