package dev.anyhost.distribution;

import dev.anyhost.proxy.CertsCommand;
import dev.anyhost.proxy.CheckConfigCommand;
import dev.anyhost.proxy.ProxyProcess;
import dev.anyhost.proxy.RunCommand;
import dev.anyhost.proxy.ops.Log;
import dev.anyhost.verifier.command.DomainsCommand;
import dev.anyhost.verifier.command.VerifierCommand;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line that is deployed: every command is a class of the module it belongs to. */
@Command(
        name = "anyhost",
        description = "One edge, every customer's hostname.",
        mixinStandardHelpOptions = true,
        version = "anyhost 0.1.0",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            RunCommand.class,
            CheckConfigCommand.class,
            VerifierCommand.class,
            DomainsCommand.class,
            CertsCommand.class
        })
public final class Anyhost {

    Anyhost() {}

    /** Runs one command; the exit code is 0 done, 1 failed, 2 wrong input or configuration, 3 something is missing. */
    public static void main(String[] arguments) {
        if (isPlainRun(arguments)) {
            end(ProxyProcess.run(Path.of(arguments[2]), new PrintWriter(System.err, true, System.err.charset())));
        } else {
            run(commandLine(), arguments);
        }
    }

    /**
     * A start in the form that deployments have needn't wait for picocli: its class files are Java 5's, which no AOT cache
     * holds, and all commands' options took half a second. {@code @} would be a file of arguments.
     */
    static boolean isPlainRun(String[] arguments) {
        return arguments.length == 3
                && arguments[0].equals("run")
                && arguments[1].equals("--config")
                && arguments[2].matches("[^-@].*");
    }

    /** The commands; others may be added. */
    public static CommandLine commandLine() {
        return new CommandLine(new Anyhost());
    }

    /** Runs one of the commands and ends the process with its exit code. */
    public static void run(CommandLine commands, String[] arguments) {
        end(commands.execute(arguments));
    }

    private static void end(int code) {
        Log.end();
        System.exit(code);
    }
}
