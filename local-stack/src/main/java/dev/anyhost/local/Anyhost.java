package dev.anyhost.local;

import picocli.CommandLine;

/** The command line of a checkout: what is deployed, and what only one machine's own system needs. */
public final class Anyhost {

    private Anyhost() {}

    /** Runs one command, as {@link dev.anyhost.distribution.Anyhost#main} does. */
    public static void main(String[] arguments) {
        dev.anyhost.distribution.Anyhost.run(commandLine(), arguments);
    }

    static CommandLine commandLine() {
        return dev.anyhost.distribution.Anyhost.commandLine()
                .addSubcommand(new DevCommand())
                .addSubcommand(new DynamoDbLocalCommand());
    }
}
