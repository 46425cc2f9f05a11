package dev.anyhost.verifier.command;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.changes.Change;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.whitelist.AddResult;
import dev.anyhost.verifier.whitelist.Tenants;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code anyhost domains add}. By the API a hostname is registered first and verified later. Straight on the table there
 * is no proof of ownership: whoever has the table's credentials decides.
 */
@Command(
        name = "add",
        description = {
            "Register a hostname. Repeating it changes nothing.",
            "With --api it is served once its DNS is right; with --config, without any proof, within half a minute."
        },
        mixinStandardHelpOptions = true)
final class AddDomain implements Callable<Integer> {

    private final Waiting waiting;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private PlaceOption place = new PlaceOption();

    @Parameters(paramLabel = "HOST", converter = Converters.ToHostname.class, description = "The hostname.")
    private @Nullable Hostname hostname;

    @Option(
            names = "--tenant",
            paramLabel = "T",
            converter = Converters.ToTenant.class,
            description = "The customer it belongs to; may be left out with an API key that is a tenant's.")
    private @Nullable String tenant;

    @Option(
            names = "--origin",
            paramLabel = "URL",
            converter = Converters.ToOrigin.class,
            description = "Where its requests go; the proxy's own origin unless given.")
    private @Nullable URI origin;

    @Option(names = "--json", description = "With --api: print the domain as one JSON object, progress on stderr.")
    private boolean json;

    @Option(names = "--wait", description = "With --api: wait until the hostname is served.")
    private boolean wait;

    @Option(
            names = "--wait-limit",
            paramLabel = "TIME",
            defaultValue = "10m",
            converter = Converters.ToDuration.class,
            description = "How long at most, such as 90s or 1h; ${DEFAULT-VALUE} unless given.")
    private Duration waitLimit = Duration.ZERO;

    /** For picocli. */
    AddDomain() {
        this(Waiting.really());
    }

    AddDomain(Waiting waiting) {
        this.waiting = waiting;
    }

    @Override
    public Integer call() {
        Hostname added = Required.of(hostname);
        return place.either(file -> onTable(file, added), api -> onApi(api, added));
    }

    private int onApi(DomainsClient api, Hostname added) {
        var body = JsonMapper.shared().createObjectNode();
        body.put("hostname", added.value());
        Optional.ofNullable(tenant).ifPresent(name -> body.put("tenant", name));
        Optional.ofNullable(origin).ifPresent(url -> body.put("origin", url.toString()));
        return Outcomes.of(spec.commandLine().getErr(), api.create(body), domain -> registered(api, added, domain));
    }

    private int registered(DomainsClient api, Hostname added, JsonNode domain) {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter progress = json ? spec.commandLine().getErr() : out;
        if (!json) {
            out.println("Registered " + Terminal.hostname(domain) + " (tenant " + Terminal.text(domain, "/tenant")
                    + ", origin " + Terminal.origin(domain) + ", " + Terminal.text(domain, "/status") + ")");
            Terminal.zone(domain).forEach(out::println);
        }
        ServedWait.End end = wait ? awaited(api, added, domain, progress) : new ServedWait.End(ExitCode.OK, domain);
        if (json) {
            out.println(end.domain());
        }
        return end.exitCode();
    }

    private ServedWait.End awaited(DomainsClient api, Hostname added, JsonNode domain, PrintWriter progress) {
        try {
            return new ServedWait(api, waiting, waitLimit, progress).await(added, domain);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            return new ServedWait.End(ExitCode.SOFTWARE, domain);
        }
    }

    private int onTable(ConfigFile file, Hostname added) {
        String owner = Optional.ofNullable(tenant)
                .orElseThrow(() -> new ParameterException(spec.commandLine(), "Missing required option: '--tenant=T'"));
        if (wait || json) {
            throw new ParameterException(spec.commandLine(), "--wait and --json need --api");
        }
        return file.withWhitelist(spec.commandLine().getErr(), whitelist -> add(file, whitelist, added, owner));
    }

    private int add(ConfigFile file, Whitelist whitelist, Hostname added, String owner) {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        return switch (whitelist.add(added, owner, Optional.ofNullable(origin), DomainStatus.ACTIVE)) {
            case AddResult.Added(Domain domain) -> {
                out.println("Added " + describe(domain));
                if (whitelist.tenants().take(owner, Long.MAX_VALUE)
                        instanceof Tenants.Result.Unreachable(String reason)) {
                    err.println("Not counted among the tenant's domains: " + reason);
                }
                file.tell(err, new Change(Change.Kind.ACTIVATED, added));
                yield ExitCode.OK;
            }
            case AddResult.AlreadyThere(Domain domain) -> {
                if (!domain.status().isAllowed()) {
                    yield failed("Not changed: " + describe(domain));
                }
                out.println("Already there: " + describe(domain));
                yield ExitCode.OK;
            }
            case AddResult.Conflict(Domain existing) -> failed("Not changed: there is already " + describe(existing));
            case AddResult.Unreadable(String reason) -> failed(reason);
            case AddResult.Unreachable(String reason) -> failed(reason);
        };
    }

    private int failed(String reason) {
        spec.commandLine().getErr().println(reason);
        return ExitCode.SOFTWARE;
    }

    private static String describe(Domain domain) {
        return domain.hostname() + " (tenant " + domain.tenant() + ", "
                + domain.origin().map(origin -> "origin " + origin).orElse("default origin") + ", "
                + domain.status().text() + ")";
    }
}
