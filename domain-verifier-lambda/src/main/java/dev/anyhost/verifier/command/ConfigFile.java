package dev.anyhost.verifier.command;

import dev.anyhost.settings.ConfigError;
import dev.anyhost.settings.ConfigResult;
import dev.anyhost.store.changes.Change;
import dev.anyhost.store.changes.PublishResult;
import dev.anyhost.verifier.VerifierSettings;
import dev.anyhost.verifier.whitelist.ProxyNotices;
import dev.anyhost.verifier.whitelist.TableCheck;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import picocli.CommandLine.ExitCode;

/** The verifier's configuration file, and what commands do with it. */
record ConfigFile(Path file) {

    /** Does something with the settings; a wrong file is reported instead, every mistake at once. */
    int withSettings(PrintWriter err, ToIntFunction<VerifierSettings> work) {
        return switch (VerifierSettings.read(file, ConfigFile::environment)) {
            case ConfigResult.Valid<VerifierSettings>(VerifierSettings settings) -> work.applyAsInt(settings);
            case ConfigResult.Invalid<VerifierSettings>(List<ConfigError> errors) -> {
                errors.forEach(err::println);
                yield ExitCode.USAGE;
            }
        };
    }

    /** Does something with the whitelist, once its table has been seen, or created where the file says so. */
    int withWhitelist(PrintWriter err, ToIntFunction<Whitelist> work) {
        return withSettings(err, settings -> withWhitelist(err, settings, work));
    }

    static int withWhitelist(PrintWriter err, VerifierSettings settings, ToIntFunction<Whitelist> work) {
        try (var whitelist = Whitelist.open(settings.whitelist(), InstantSource.system())) {
            return switch (whitelist.check(settings.whitelist().createTables())) {
                case TableCheck.Ready() -> work.applyAsInt(whitelist);
                case TableCheck.NotReady(String reason) -> {
                    err.println(reason);
                    yield ExitCode.SOFTWARE;
                }
            };
        }
    }

    /** Tells the proxies; where that fails, they hear of it when their verdicts have aged. */
    void tell(PrintWriter err, Change change) {
        withSettings(err, settings -> {
            try (var notices = ProxyNotices.open(settings.changes(), InstantSource.system())) {
                if (notices.publish(change) instanceof PublishResult.Unreachable(String reason)) {
                    err.println("Proxies weren't told and will notice within minutes: " + reason);
                }
            }
            return ExitCode.OK;
        });
    }

    static Optional<String> environment(String name) {
        return Optional.ofNullable(System.getenv(name));
    }
}
