package dev.anyhost.verifier.command;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.changes.Change;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.whitelist.AddResult;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.io.PrintWriter;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code anyhost domains add}. There is no proof of ownership here: whoever has the table's credentials decides. */
@Command(
        name = "add",
        description = "Serve a hostname, within half a minute. Repeating it changes nothing.",
        mixinStandardHelpOptions = true)
final class AddDomain implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ConfigOption config = new ConfigOption();

    @Parameters(paramLabel = "HOST", converter = Converters.ToHostname.class, description = "The hostname.")
    private @Nullable Hostname hostname;

    @Option(
            names = "--tenant",
            required = true,
            paramLabel = "T",
            converter = Converters.ToTenant.class,
            description = "The customer it belongs to.")
    private String tenant = "";

    @Option(
            names = "--origin",
            paramLabel = "URL",
            converter = Converters.ToOrigin.class,
            description = "Where its requests go; the proxy's own origin unless given.")
    private @Nullable URI origin;

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        Hostname added = Required.of(hostname);
        return config.withWhitelist(err, whitelist -> add(whitelist, added));
    }

    private int add(Whitelist whitelist, Hostname added) {
        PrintWriter out = spec.commandLine().getOut();
        return switch (whitelist.add(added, tenant, Optional.ofNullable(origin), DomainStatus.ACTIVE)) {
            case AddResult.Added(Domain domain) -> {
                out.println("Added " + describe(domain));
                config.tell(spec.commandLine().getErr(), new Change(Change.Kind.ACTIVATED, added));
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
