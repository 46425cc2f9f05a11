package dev.anyhost.verifier.command;

import dev.anyhost.domain.Hostname;
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

/** {@code anyhost domains check}. */
@Command(
        name = "check",
        description = "Have a hostname's DNS checked by the next run, within about a minute. Needs --api.",
        mixinStandardHelpOptions = true)
final class CheckDomain implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private PlaceOption place = new PlaceOption();

    @Parameters(paramLabel = "HOST", converter = Converters.ToHostname.class, description = "The hostname.")
    private @Nullable Hostname hostname;

    @Option(names = "--json", description = "Print the domain as one JSON object.")
    private boolean json;

    @Override
    public Integer call() {
        Hostname checked = Required.of(hostname);
        return place.either(
                _ -> {
                    throw new ParameterException(spec.commandLine(), "check needs --api");
                },
                api -> Outcomes.of(spec.commandLine().getErr(), api.check(checked), domain -> {
                    spec.commandLine()
                            .getOut()
                            .println(json ? domain.toString() : "A check of " + Terminal.hostname(domain) + " is due.");
                    return ExitCode.OK;
                }));
    }
}
