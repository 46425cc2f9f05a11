package dev.anyhost.verifier.command;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.changes.Change;
import dev.anyhost.verifier.UnicodeHostname;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.whitelist.RemoveResult;
import dev.anyhost.verifier.whitelist.Tenants;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code anyhost domains remove}. */
@Command(
        name = "remove",
        description =
                "Serve a hostname no more: new visitors within half a minute, open connections with their next request.",
        mixinStandardHelpOptions = true)
final class RemoveDomain implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private PlaceOption place = new PlaceOption();

    @Parameters(paramLabel = "HOST", converter = Converters.ToHostname.class, description = "The hostname.")
    private @Nullable Hostname hostname;

    @Override
    public Integer call() {
        Hostname removed = Required.of(hostname);
        PrintWriter err = spec.commandLine().getErr();
        return place.either(
                file -> file.withWhitelist(err, whitelist -> remove(file, whitelist, removed)),
                api -> Outcomes.of(err, api.remove(removed), _ -> {
                    spec.commandLine().getOut().println("Removed " + UnicodeHostname.show(removed));
                    return ExitCode.OK;
                }));
    }

    private int remove(ConfigFile file, Whitelist whitelist, Hostname removed) {
        PrintWriter err = spec.commandLine().getErr();
        return switch (whitelist.remove(removed)) {
            case RemoveResult.Removed(Domain domain) -> {
                spec.commandLine()
                        .getOut()
                        .println("Removed " + domain.hostname() + " (tenant " + domain.tenant() + ")");
                if (whitelist.tenants().giveBack(domain.tenant())
                        instanceof Tenants.Result.Unreachable(String reason)) {
                    err.println("Still counted among the tenant's domains: " + reason);
                }
                file.tell(err, new Change(Change.Kind.REMOVED, removed));
                yield ExitCode.OK;
            }
            case RemoveResult.Absent() -> failed(removed + " isn't registered");
            case RemoveResult.Changed() -> failed(removed + " has just been changed by somebody else; look again");
            case RemoveResult.Unreadable(String reason) -> failed(reason);
            case RemoveResult.Unreachable(String reason) -> failed(reason);
        };
    }

    private int failed(String reason) {
        spec.commandLine().getErr().println(reason);
        return ExitCode.SOFTWARE;
    }
}
