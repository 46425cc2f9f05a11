package dev.anyhost.proxy;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code anyhost run}: one proxy, until a signal ends it. */
@Command(name = "run", description = "Runs one proxy until SIGTERM or Ctrl-C.", mixinStandardHelpOptions = true)
public final class RunCommand implements Callable<Integer> {

    @Mixin
    private ConfigOption config = new ConfigOption();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        return ProxyProcess.run(config.file(), spec.commandLine().getErr());
    }
}
