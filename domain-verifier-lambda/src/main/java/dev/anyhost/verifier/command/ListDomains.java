package dev.anyhost.verifier.command;

import dev.anyhost.domain.Hostname;
import dev.anyhost.verifier.command.DomainsClient.Reply;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.whitelist.ListResult;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code anyhost domains list}: page by page, so that any number of domains takes the same memory. */
@Command(
        name = "list",
        description = {
            "List hostnames.",
            "With --api as a table; with --config their tenant, status and origin, separated by tabs."
        },
        mixinStandardHelpOptions = true)
final class ListDomains implements Callable<Integer> {

    private static final int TABLE_PAGE = 500;
    private static final int API_PAGE = 100;
    private static final List<String> TITLES = List.of("HOSTNAME", "TENANT", "STATUS", "STATE", "CODE", "ORIGIN");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private PlaceOption place = new PlaceOption();

    @Option(
            names = "--tenant",
            paramLabel = "T",
            converter = Converters.ToTenant.class,
            description = "Only this customer's.")
    private @Nullable String tenant;

    @Option(
            names = "--status",
            paramLabel = "S",
            converter = Converters.ToStatus.class,
            description = "Only those that are pending, active, misconfigured, suspended or blocked.")
    private @Nullable DomainStatus status;

    @Option(names = "--json", description = "Print one JSON array.")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        return place.either(
                file -> file.withWhitelist(
                        spec.commandLine().getErr(),
                        whitelist -> list(whitelist, json ? new Listing.Json(out) : new Listing.Tabs(out))),
                api -> list(api, json ? new Listing.Json(out) : new Listing.Table(out, TITLES, 40, 12, 13, 11, 15)));
    }

    private int list(DomainsClient api, Listing listing) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("limit", Integer.toString(API_PAGE));
        Optional.ofNullable(tenant).ifPresent(name -> parameters.put("tenant", name));
        Optional.ofNullable(status).ifPresent(wanted -> parameters.put("status", wanted.text()));
        Reply reply = api.list(parameters);
        boolean first = true;
        int unreadable = 0;
        while (reply instanceof Reply.Done(JsonNode page)) {
            if (first) {
                listing.start();
                first = false;
            }
            page.path("domains").forEach(domain -> listing.print(domain.toString(), columns(domain)));
            page.path("unreadable").forEach(hostname -> reportUnreadable(Terminal.plain(hostname.asString(""))));
            unreadable += page.path("unreadable").size();
            Optional<String> next =
                    Optional.of(page.path("next_cursor").asString("")).filter(cursor -> !cursor.isEmpty());
            if (next.isEmpty()) {
                listing.end();
                return unreadable == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
            }
            parameters.put("cursor", next.get());
            reply = api.list(parameters);
        }
        return Outcomes.of(spec.commandLine().getErr(), reply, _ -> ExitCode.OK);
    }

    private static List<String> columns(JsonNode domain) {
        return List.of(
                Terminal.hostname(domain),
                Terminal.text(domain, "/tenant"),
                Terminal.text(domain, "/status"),
                Terminal.text(domain, "/summary/state"),
                Terminal.text(domain, "/summary/code"),
                Terminal.origin(domain));
    }

    private int list(Whitelist whitelist, Listing listing) {
        int unreadable = 0;
        Optional<Hostname> after = Optional.empty();
        listing.start();
        do {
            switch (whitelist.list(Optional.ofNullable(tenant), Optional.ofNullable(status), TABLE_PAGE, after)) {
                case ListResult.Page(List<Domain> domains, List<String> damaged, Optional<Hostname> next) -> {
                    domains.forEach(domain -> listing.print(DomainJson.write(domain), columns(domain)));
                    damaged.forEach(this::reportUnreadable);
                    unreadable += damaged.size();
                    after = next;
                }
                case ListResult.Unreachable(String reason) -> {
                    spec.commandLine().getErr().println(reason);
                    return ExitCode.SOFTWARE;
                }
            }
        } while (after.isPresent());
        listing.end();
        return unreadable == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private static List<String> columns(Domain domain) {
        return List.of(
                domain.hostname().value(),
                domain.tenant(),
                domain.status().text(),
                domain.origin().map(Object::toString).orElse("-"));
    }

    private void reportUnreadable(String hostname) {
        spec.commandLine().getErr().println("The row of " + hostname + " can't be read");
    }
}
