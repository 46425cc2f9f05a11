package dev.anyhost.proxy.migration;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.CertificateStore;
import dev.anyhost.store.FindResult;
import dev.anyhost.store.StoreEffect;
import dev.anyhost.store.StoredCertificate;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Writes stored certificates to files, a bounded number at a time, and tells what became of each. */
public final class ExportRun {

    private final CertificateStore store;
    private final PemExport export;
    private final int atATime;
    private final BiConsumer<Hostname, ExportOutcome> report;
    private boolean failed;

    /**
     * Nothing is read yet.
     *
     * @param atATime how many certificates are under way at a time
     * @param report hears what became of each; never twice at a time
     */
    public ExportRun(
            CertificateStore store, PemExport export, int atATime, BiConsumer<Hostname, ExportOutcome> report) {
        this.store = store;
        this.export = export;
        this.atATime = atATime;
        this.report = report;
    }

    /**
     * How it ended.
     *
     * @param isComplete whether each certificate's files are there
     * @param endedEarly why not all could be listed; empty when they could
     */
    public record Result(boolean isComplete, Optional<String> endedEarly) {}

    /** Writes these. Blocks until all is done. */
    public Result write(List<Hostname> hostnames) {
        try (var crew = new Crew(atATime)) {
            hostnames.forEach(hostname -> crew.work(() -> write(hostname)));
        }
        return result(Optional.empty());
    }

    /** Writes all, as the index lists them: one that is stored at this moment may not be listed yet. */
    public Result writeAll() {
        StoreEffect listed;
        try (var crew = new Crew(atATime)) {
            listed = store.list(line -> crew.work(() -> write(line.hostname())));
        }
        return switch (listed) {
            case StoreEffect.Done() -> result(Optional.empty());
            case StoreEffect.Unreachable(String reason) -> result(Optional.of(reason));
        };
    }

    private void write(Hostname hostname) {
        ExportOutcome outcome = switch (store.find(hostname)) {
            case FindResult.Found(StoredCertificate found) -> export.write(found);
            case FindResult.Absent() -> new ExportOutcome.Failed("no certificate is stored");
            case FindResult.Damaged damaged -> new ExportOutcome.Failed("the item is damaged: " + damaged.reason());
            case FindResult.KeyUnavailable(String keyId, String reason) ->
                new ExportOutcome.Failed("key " + keyId + ": " + reason);
            case FindResult.Unreachable(String reason) -> new ExportOutcome.Failed(reason);
        };
        tell(hostname, outcome);
    }

    private synchronized void tell(Hostname hostname, ExportOutcome outcome) {
        failed |= outcome instanceof ExportOutcome.Failed;
        report.accept(hostname, outcome);
    }

    private synchronized Result result(Optional<String> endedEarly) {
        return new Result(!failed && endedEarly.isEmpty(), endedEarly);
    }
}
