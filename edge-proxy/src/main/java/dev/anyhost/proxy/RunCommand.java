package dev.anyhost.proxy;

import dev.anyhost.proxy.ops.Log;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
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
        return config.with(spec.commandLine().getErr(), valid -> {
            try {
                runUntilSignal(EdgeProxy.start(valid));
                return ExitCode.DONE;
            } catch (StartFailed failed) {
                spec.commandLine().getErr().println("anyhost: " + failed.getMessage());
                spec.commandLine().getErr().flush();
                return ExitCode.FAILED;
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                return ExitCode.FAILED;
            }
        });
    }

    private static void runUntilSignal(EdgeProxy proxy) throws InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            proxy.close();
            Log.end();
            // The JVM would exit with 128 + the signal's number although everything was done in order.
            Runtime.getRuntime().halt(ExitCode.DONE);
        }));
        new CountDownLatch(1).await();
    }
}
