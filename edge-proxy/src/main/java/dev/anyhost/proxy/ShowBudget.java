package dev.anyhost.proxy;

import dev.anyhost.proxy.issuance.AcmeSettings;
import dev.anyhost.proxy.issuance.BudgetReport;
import dev.anyhost.proxy.issuance.BudgetReport.Forecast;
import dev.anyhost.proxy.issuance.BudgetReport.Line;
import dev.anyhost.store.CertificateTables;
import dev.anyhost.store.PauseResult;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code anyhost certs budget}: what the certificate authorities let us order. */
@Command(
        name = "budget",
        description = {
            "Shows what is left of each authority's limits, separated by tabs: ISSUER BUCKET LEFT of CAPACITY next TIME"
                    + " full TIME; of each limit what has the least left. A paused authority has a line ISSUER paused-until"
                    + " TIME PROBLEM.",
            "Renewals that say what they replace take nothing from it."
        },
        footer = {
            "",
            "--json prints one object; there may be more members in later releases:",
            "  {\"issuers\": [{\"directory\", \"paused\": null or {\"until\", \"problem\"},",
            "    \"limits\": [{\"bucket\", \"left\", \"capacity\", \"next_at\", \"full_at\"}],",
            "    \"new_domains\": null or {\"count\", \"at_once\", \"last_at\"}}]}"
        },
        mixinStandardHelpOptions = true)
final class ShowBudget extends StoreCommand {

    private final InstantSource clock;

    @Option(
            names = "--new-domains",
            paramLabel = "N",
            converter = CertsInput.ToCount.class,
            description =
                    "What if visitors of so many new hostnames came now, each of a registered domain of its own? Adds"
                            + " a line ISSUER new-domains N at-once COUNT last TIME.")
    private @Nullable Integer newDomains;

    @Option(
            names = "--lines",
            paramLabel = "N",
            converter = CertsInput.ToCount.class,
            description = "At most so many lines for each limit. Default: ${DEFAULT-VALUE}.",
            defaultValue = "20")
    private int lines;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    ShowBudget() {
        this(InstantSource.system());
    }

    ShowBudget(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    int work(Opened opened, PrintWriter out, PrintWriter err) {
        CertificateTables tables = opened.tables();
        Instant now = clock.instant();
        List<BudgetReport> reports = new ArrayList<>();
        for (AcmeSettings acme : opened.config().acme()) {
            switch (BudgetReport.read(acme, tables.budgets(), tables.pauses(), now, lines)) {
                case BudgetReport.Result.Read(BudgetReport report) -> reports.add(report);
                case BudgetReport.Result.Unreachable(String reason) -> {
                    err.println(reason);
                    return ExitCode.FAILED;
                }
            }
        }
        if (json) {
            printJson(reports, now, out);
        } else {
            reports.forEach(report -> print(report, now, out));
        }
        return ExitCode.DONE;
    }

    private void print(BudgetReport report, Instant now, PrintWriter out) {
        String issuer = report.directory();
        report.pause()
                .ifPresent(pause -> out.println(issuer + "\tpaused-until\t" + pause.until() + "\t"
                        + pause.problem().replaceAll("[\\t\\r\\n]+", " ")));
        if (report.lines().isEmpty()) {
            out.println(issuer + "\tunlimited");
        }
        for (Line line : report.lines()) {
            out.println(String.join(
                    "\t",
                    issuer,
                    line.bucket(),
                    line.left() + " of " + line.limit().capacity(),
                    "next " + line.nextAt(),
                    "full " + line.fullAt()));
        }
        forecast(report, now)
                .ifPresent(forecast -> out.println(issuer + "\tnew-domains " + newDomains + "\tat-once "
                        + forecast.atOnce() + "\tlast " + forecast.lastAt()));
    }

    private Optional<Forecast> forecast(BudgetReport report, Instant now) {
        return Optional.ofNullable(newDomains).map(count -> report.newDomains(count, now));
    }

    private void printJson(List<BudgetReport> reports, Instant now, PrintWriter out) {
        ObjectNode all = JsonMapper.shared().createObjectNode();
        ArrayNode issuers = all.putArray("issuers");
        for (BudgetReport report : reports) {
            ObjectNode issuer = issuers.addObject().put("directory", report.directory());
            issuer.set("paused", report.pause().map(ShowBudget::json).orElse(null));
            ArrayNode limits = issuer.putArray("limits");
            report.lines().forEach(line -> limits.add(json(line)));
            issuer.set(
                    "new_domains",
                    forecast(report, now)
                            .map(forecast -> JsonMapper.shared()
                                    .createObjectNode()
                                    .put("count", newDomains)
                                    .put("at_once", forecast.atOnce())
                                    .put("last_at", forecast.lastAt().toString()))
                            .orElse(null));
        }
        out.println(all);
    }

    private static ObjectNode json(PauseResult.Paused pause) {
        return JsonMapper.shared()
                .createObjectNode()
                .put("until", pause.until().toString())
                .put("problem", pause.problem());
    }

    private static ObjectNode json(Line line) {
        return JsonMapper.shared()
                .createObjectNode()
                .put("bucket", line.bucket())
                .put("left", line.left())
                .put("capacity", line.limit().capacity())
                .put("next_at", line.nextAt().toString())
                .put("full_at", line.fullAt().toString());
    }
}
