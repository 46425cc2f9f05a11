package dev.anyhost.proxy;

import dev.anyhost.store.CertificateSummary;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.IssuanceLeases.FailedName;
import dev.anyhost.store.ListCursor;
import dev.anyhost.store.ListPage;
import dev.anyhost.store.ListRange;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code anyhost certs list}: page by page, so that any number takes the same memory. Reads indexes, scans nothing. */
@Command(
        name = "list",
        description = "Lists, separated by tabs, certificates (HOST valid-until UNTIL ISSUER) and names whose last"
                + " attempt failed (HOST failed-retry-at TIME CAUSE). New ones show up after a moment.",
        footer = {
            "",
            "--json prints one object; there may be more members in later releases:",
            "  {\"certificates\": [{\"hostname\", \"not_after\", \"due_at\", \"issuer\", \"version\"}],",
            "   \"failures\": [{\"hostname\", \"failed_at\", \"retry_at\", \"attempts\", \"cause\", \"challenge\" (or null),"
                    + " \"problem\"}],",
            "   \"next_cursor\": for --cursor, or null at the end}"
        },
        mixinStandardHelpOptions = true)
final class ListCertificates extends StoreCommand {

    private static final int PAGE = 500;

    @Option(
            names = {"--failing", "--failed"},
            description = "Only names whose last attempt failed.")
    private boolean failedOnly;

    @Option(
            names = "--due-before",
            paramLabel = "TIME",
            converter = CertsInput.ToInstant.class,
            description = "Only certificates that are looked after (renewed, or asked about) up to then, such as"
                    + " 2026-12-31T12:00:00Z; what is due later isn't read.")
    private @Nullable Instant dueBefore;

    @Option(
            names = "--issuer",
            paramLabel = "URL",
            converter = CertsInput.ToIssuer.class,
            description = "Only certificates of this ACME directory, given by URL or host. All lines of the index are"
                    + " read for it, as without it.")
    private @Nullable IssuerName issuer;

    @Option(
            names = "--limit",
            paramLabel = "N",
            converter = CertsInput.ToCount.class,
            description = "At most so many lines; what --cursor continues with is on standard error, or in the JSON."
                    + " Default: all.")
    private @Nullable Integer limit;

    @Option(
            names = "--cursor",
            paramLabel = "C",
            converter = CertsInput.ToPlace.class,
            description = "Where the page before ended; the other options as for that one.")
    private @Nullable ListPlace cursor;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    int work(Opened opened, PrintWriter out, PrintWriter err) {
        CertificateTables tables = opened.tables();
        boolean narrowed = dueBefore != null || issuer != null;
        ListPlace from = cursor == null ? ListPlace.first(failedOnly) : cursor;
        boolean inFailures = failedOnly || from.failures();
        if ((inFailures && narrowed) || failedOnly != (failedOnly && from.failures())) {
            err.println(
                    "--failing, --cursor (expected: --failing without --due-before and --issuer, and the cursor of a"
                            + " list with the same options)");
            return ExitCode.WRONG_INPUT;
        }
        return new Run(tables, json ? new CertificateLines.Json(out) : new CertificateLines.Tabs(out, err), narrowed)
                .from(from, err);
    }

    /** One list. */
    private final class Run {

        private final CertificateTables tables;
        private final CertificateLines lines;
        private final boolean narrowed;
        private long left = limit == null ? Long.MAX_VALUE : limit;

        Run(CertificateTables tables, CertificateLines lines, boolean narrowed) {
            this.tables = tables;
            this.lines = lines;
            this.narrowed = narrowed;
        }

        int from(ListPlace first, PrintWriter err) {
            Optional<ListPlace> place = Optional.of(first);
            while (place.isPresent() && left > 0) {
                switch (place.get().failures() ? failures(place.get()) : certificates(place.get())) {
                    case Step.To(Optional<ListPlace> next) -> place = next;
                    case Step.Unreachable(String reason) -> {
                        err.println(reason);
                        return ExitCode.FAILED;
                    }
                }
            }
            lines.end(place);
            return ExitCode.DONE;
        }

        private Step certificates(ListPlace place) {
            var range = new ListRange(place.after(), Optional.ofNullable(dueBefore));
            return switch (tables.certificates().list(range, page())) {
                case ListPage.Lines<CertificateSummary>(List<CertificateSummary> page, Optional<ListCursor> next) ->
                    new Step.To(shown(page, next));
                case ListPage.Unreachable<CertificateSummary>(String reason) -> new Step.Unreachable(reason);
            };
        }

        /** Where to go on: where the limit was reached, or behind the page. */
        private Optional<ListPlace> shown(List<CertificateSummary> page, Optional<ListCursor> next) {
            for (CertificateSummary line : page) {
                if (left == 0) {
                    break;
                }
                if (issuer == null || issuer.isOf(line.issuer())) {
                    lines.print(line);
                    left--;
                    if (left == 0) {
                        return Optional.of(new ListPlace(false, Optional.of(line.cursor())));
                    }
                }
            }
            return next.map(cursor -> new ListPlace(false, Optional.of(cursor)))
                    .or(() -> narrowed ? Optional.empty() : Optional.of(ListPlace.first(true)));
        }

        private Step failures(ListPlace place) {
            return switch (tables.leases().listFailures(new ListRange(place.after(), Optional.empty()), page())) {
                case ListPage.Lines<FailedName>(List<FailedName> page, Optional<ListCursor> next) -> {
                    page.forEach(line -> lines.print(line.hostname(), line.failure()));
                    left -= page.size();
                    yield new Step.To(next.map(cursor -> new ListPlace(true, Optional.of(cursor))));
                }
                case ListPage.Unreachable<FailedName>(String reason) -> new Step.Unreachable(reason);
            };
        }

        /** What is passed over costs as much as what is shown. */
        private int page() {
            return (int) Math.min(PAGE, issuer == null ? left : PAGE);
        }
    }

    /** What came of one page. */
    private sealed interface Step {
        record To(Optional<ListPlace> next) implements Step {}

        record Unreachable(String reason) implements Step {}
    }
}
