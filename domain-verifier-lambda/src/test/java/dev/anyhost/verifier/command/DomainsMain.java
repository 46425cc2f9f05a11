package dev.anyhost.verifier.command;

import picocli.CommandLine;

/** Stands in for the launcher's main class in a process of its own. */
final class DomainsMain {

    private DomainsMain() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new DomainsCommand()).execute(arguments));
    }
}
