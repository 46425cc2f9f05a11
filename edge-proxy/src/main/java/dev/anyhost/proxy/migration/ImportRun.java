package dev.anyhost.proxy.migration;

import dev.anyhost.domain.Hostname;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.BiConsumer;

/** Takes everything that a source has, a bounded number of certificates at a time, and tells what became of each. */
public final class ImportRun {

    private final CertificateImport into;
    private final InstantSource clock;
    private final int atATime;
    private final BiConsumer<String, ImportOutcome> report;
    private ImportSummary summary = ImportSummary.NONE;

    /**
     * Nothing is read yet.
     *
     * @param atATime how many certificates are under way at a time
     * @param report hears what became of each, by the name its source has for it; never twice at a time
     */
    public ImportRun(
            CertificateImport into, InstantSource clock, int atATime, BiConsumer<String, ImportOutcome> report) {
        this.into = into;
        this.clock = clock;
        this.atATime = atATime;
        this.report = report;
    }

    /**
     * How it ended.
     *
     * @param endedEarly why the source couldn't be gone through to its end; empty when it could
     */
    public record Result(ImportSummary summary, Optional<String> endedEarly) {

        /** Whether all is imported that should be. */
        public boolean isComplete() {
            return summary.failed() == 0 && endedEarly.isEmpty();
        }
    }

    /** Blocks until all is done. */
    public Result take(CertificateSource source) throws InterruptedException {
        Optional<String> endedEarly;
        try (var crew = new Crew(atATime)) {
            endedEarly = source.walk(new CertificateSource.Visitor() {
                @Override
                public void found(CertificateSource.Found certificate) {
                    crew.work(() -> tell(certificate.name(), take(certificate)));
                }

                @Override
                public void passed(String where, ImportOutcome outcome) {
                    tell(where, outcome);
                }
            });
        }
        return new Result(summary(), endedEarly);
    }

    private ImportOutcome take(CertificateSource.Found found) throws InterruptedException {
        Optional<Hostname> hostname = ImportCheck.hostname(found.name());
        if (hostname.isEmpty()) {
            return ImportCheck.noHostname(found.name());
        }
        return switch (found.reading().read()) {
            case CertificateFiles.Unusable(ImportOutcome outcome) -> outcome;
            case CertificateFiles.Read read -> {
                try (read) {
                    yield take(ImportCheck.check(hostname.get(), read, clock.instant()));
                }
            }
        };
    }

    private ImportOutcome take(ImportCheck.Result checked) throws InterruptedException {
        return switch (checked) {
            case ImportCheck.Result.Fit fit -> into.store(fit.certificate());
            case ImportCheck.Result.Unfit(ImportOutcome outcome) -> outcome;
        };
    }

    private synchronized void tell(String name, ImportOutcome outcome) {
        summary = summary.and(outcome);
        report.accept(name, outcome);
    }

    private synchronized ImportSummary summary() {
        return summary;
    }
}
