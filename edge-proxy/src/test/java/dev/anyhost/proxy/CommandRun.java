package dev.anyhost.proxy;

import dev.anyhost.settings.ConfigResult;
import dev.anyhost.store.CertificateTables;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;

/** Runs store commands as a script does, over the tables of a test. */
final class CommandRun {

    final StringWriter out = new StringWriter();
    final StringWriter err = new StringWriter();

    private final CertificateTables tables;
    private final ProxyConfig config;

    /** @param acme the section of the configuration */
    CommandRun(CertificateTables tables, Path folder, String acme) {
        this.tables = tables;
        this.config = config(folder, acme);
    }

    private static ProxyConfig config(Path folder, String acme) {
        try {
            Files.writeString(folder.resolve("key"), Base64.getEncoder().encodeToString(new byte[32]));
            Path file = Files.writeString(folder.resolve("proxy.yaml"), """
                    verifier: {url: "http://127.0.0.1:9181", auth: none}
                    store: {key-encryption: "file:key"}
                    origin: {url: "https://app.example.com"}
                    """ + acme);
            return switch (ProxyConfig.read(file, _ -> Optional.empty())) {
                case ConfigResult.Valid<ProxyConfig>(ProxyConfig valid) -> valid;
                case ConfigResult.Invalid<ProxyConfig> invalid -> throw new AssertionError(invalid.errors());
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The exit code; what was printed before is forgotten. */
    int run(StoreCommand command, String arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        String[] words = Stream.concat(Stream.of("--config", "none"), Arrays.stream(arguments.split(" ")))
                .filter(word -> !word.isEmpty())
                .toArray(String[]::new);
        var _ = new CommandLine(command).parseArgs(words);
        return command.work(
                new StoreCommand.Opened(config, tables), new PrintWriter(out, true), new PrintWriter(err, true));
    }
}
