package dev.anyhost.verifier.command;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option of a command that works on a configuration file alone. */
final class ConfigOption {

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "The verifier's configuration file (YAML).")
    private Path file = Path.of("");

    ConfigFile file() {
        return new ConfigFile(file);
    }
}
