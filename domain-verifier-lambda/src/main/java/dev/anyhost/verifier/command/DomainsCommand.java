package dev.anyhost.verifier.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code anyhost domains}: customers' hostnames from a terminal, by the API or straight on their table. */
@Command(
        name = "domains",
        description = "Show and change which customers' hostnames are served.",
        mixinStandardHelpOptions = true,
        subcommands = {
            AddDomain.class,
            ListDomains.class,
            ShowDomain.class,
            RemoveDomain.class,
            CheckDomain.class,
            MakeKey.class
        })
public final class DomainsCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** For picocli. */
    public DomainsCommand() {}

    /** Only reached without one of the commands within. */
    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "Missing command: add, list, show, remove, check or keygen");
    }
}
