package dev.anyhost.verifier.command;

import dev.anyhost.verifier.AskHandler;
import dev.anyhost.verifier.FunctionUrlServer;
import dev.anyhost.verifier.VerifierSettings;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code anyhost verifier}: the Lambda handlers behind a local function URL, until SIGTERM or SIGINT. */
@Command(
        name = "verifier",
        description = "Answer whether hostnames may be served, at a local function URL.",
        mixinStandardHelpOptions = true)
public final class VerifierCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ConfigOption config = new ConfigOption();

    /** For picocli. */
    public VerifierCommand() {}

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        return config.withSettings(
                err, settings -> ConfigOption.withWhitelist(err, settings, whitelist -> serve(settings, whitelist)));
    }

    private int serve(VerifierSettings settings, Whitelist whitelist) {
        try (var server =
                FunctionUrlServer.start(settings.listen(), new AskHandler(whitelist), InstantSource.system())) {
            endWithExitCodeZero(server);
            PrintWriter out = spec.commandLine().getOut();
            out.println("Verifier: " + server.uri());
            out.flush();
            new CountDownLatch(1).await();
            return ExitCode.OK;
        } catch (IOException taken) {
            var address = settings.listen();
            String where = address.getHostString() + ":" + address.getPort();
            spec.commandLine().getErr().println("listen: " + where + " can't be listened on: " + taken.getMessage());
            return ExitCode.SOFTWARE;
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            return ExitCode.OK;
        }
    }

    /** A JVM that a signal ends would exit with 128 and more, which supervisors take for a failure. */
    private static void endWithExitCodeZero(FunctionUrlServer server) {
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("shutdown").unstarted(() -> {
                    server.close();
                    Runtime.getRuntime().halt(ExitCode.OK);
                }));
    }
}
