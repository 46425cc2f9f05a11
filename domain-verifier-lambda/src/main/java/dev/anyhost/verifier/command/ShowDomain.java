package dev.anyhost.verifier.command;

import dev.anyhost.domain.Hostname;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.whitelist.FindResult;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code anyhost domains show}. */
@Command(name = "show", description = "Show one hostname.", mixinStandardHelpOptions = true)
final class ShowDomain implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private PlaceOption place = new PlaceOption();

    @Parameters(paramLabel = "HOST", converter = Converters.ToHostname.class, description = "The hostname.")
    private @Nullable Hostname hostname;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() {
        Hostname shown = Required.of(hostname);
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        return place.either(
                file -> file.withWhitelist(err, whitelist -> show(whitelist, shown)),
                api -> Outcomes.of(err, api.show(shown), domain -> {
                    (json ? List.of(domain.toString()) : Terminal.details(domain)).forEach(out::println);
                    return ExitCode.OK;
                }));
    }

    private int show(Whitelist whitelist, Hostname shown) {
        return switch (whitelist.find(shown)) {
            case FindResult.Found(Domain domain) -> {
                print(domain);
                yield ExitCode.OK;
            }
            case FindResult.Absent(), FindResult.Left _ -> failed(shown + " isn't registered");
            case FindResult.Unreadable(String reason) -> failed(reason);
            case FindResult.Unreachable(String reason) -> failed(reason);
        };
    }

    private void print(Domain domain) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(DomainJson.write(domain));
            return;
        }
        out.println("hostname:   " + domain.hostname());
        out.println("tenant:     " + domain.tenant());
        out.println("origin:     " + domain.origin().map(Object::toString).orElse("-"));
        out.println("status:     " + domain.status().text());
        out.println("created at: " + domain.createdAt());
    }

    private int failed(String reason) {
        spec.commandLine().getErr().println(reason);
        return ExitCode.SOFTWARE;
    }
}
