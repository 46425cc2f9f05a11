package dev.anyhost.proxy.migration;

import java.nio.file.Path;

/** What became of one certificate's files. */
public sealed interface ExportOutcome {

    /** They are there now. */
    record Written(Path place) implements ExportOutcome {}

    /** They were there already, byte for byte. */
    record Unchanged(Path place) implements ExportOutcome {}

    /** They weren't written, and what was there stays. */
    record Failed(String reason) implements ExportOutcome {}
}
