package dev.anyhost.proxy.migration;

/** How many certificates came to what. */
public record ImportSummary(long imported, long kept, long skipped, long failed) {

    static final ImportSummary NONE = new ImportSummary(0, 0, 0, 0);

    ImportSummary and(ImportOutcome outcome) {
        return switch (outcome) {
            case ImportOutcome.Imported _ -> new ImportSummary(imported + 1, kept, skipped, failed);
            case ImportOutcome.Kept _ -> new ImportSummary(imported, kept + 1, skipped, failed);
            case ImportOutcome.Skipped _ -> new ImportSummary(imported, kept, skipped + 1, failed);
            case ImportOutcome.Failed _ -> new ImportSummary(imported, kept, skipped, failed + 1);
        };
    }
}
