package dev.anyhost.proxy;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code anyhost check-config}. */
@Command(
        name = "check-config",
        description = "Reports every mistake in a proxy's configuration, without touching the network.",
        mixinStandardHelpOptions = true)
public final class CheckConfigCommand implements Callable<Integer> {

    @Mixin
    private ConfigOption config = new ConfigOption();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        return config.with(spec.commandLine().getErr(), valid -> {
            out.println("ok");
            out.flush();
            return ExitCode.DONE;
        });
    }
}
