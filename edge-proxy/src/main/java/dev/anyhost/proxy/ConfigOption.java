package dev.anyhost.proxy;

import dev.anyhost.settings.ConfigError;
import dev.anyhost.settings.ConfigResult;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import picocli.CommandLine.Option;

/** The {@code --config} option of every command that reads a proxy's configuration. */
final class ConfigOption {

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "the proxy's configuration (YAML)")
    private Path file = Path.of("");

    /** Runs the command with the configuration, or prints every mistake in it. */
    int with(PrintWriter err, ToIntFunction<ProxyConfig> command) {
        return switch (ProxyConfig.read(file, name -> Optional.ofNullable(System.getenv(name)))) {
            case ConfigResult.Valid<ProxyConfig>(ProxyConfig config) -> command.applyAsInt(config);
            case ConfigResult.Invalid<ProxyConfig>(List<ConfigError> errors) -> {
                errors.forEach(err::println);
                err.flush();
                yield ExitCode.WRONG_INPUT;
            }
        };
    }
}
