package dev.anyhost.proxy;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.function.ToIntFunction;
import picocli.CommandLine.Option;

/** The {@code --config} option of every command that reads a proxy's configuration. */
final class ConfigOption {

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "the proxy's configuration (YAML)")
    private Path file = Path.of("");

    Path file() {
        return file;
    }

    /** Runs the command with the configuration, or prints every mistake in it. */
    int with(PrintWriter err, ToIntFunction<ProxyConfig> command) {
        return ProxyProcess.configured(file, err, command);
    }
}
