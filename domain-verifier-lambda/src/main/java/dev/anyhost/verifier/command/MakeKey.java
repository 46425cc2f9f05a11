package dev.anyhost.verifier.command;

import dev.anyhost.verifier.api.ApiKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code anyhost domains keygen}: the key goes to who asked, its hash to the file; nothing else has it. */
@Command(
        name = "keygen",
        description =
                "Make an API key: printed once, and added to a file of hashes, which the verifier reads at its start.",
        mixinStandardHelpOptions = true)
final class MakeKey implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--api-keys",
            required = true,
            paramLabel = "FILE",
            description = "The file that the verifier's `api-keys` names; made when it isn't there.")
    private Path file = Path.of("");

    @Option(
            names = "--tenant",
            paramLabel = "T",
            converter = Converters.ToTenant.class,
            description = "Whose key it is.")
    private @Nullable String tenant;

    @Option(names = "--admin", description = "An operator's key, to which all tenants' domains are open.")
    private boolean admin;

    @Override
    public Integer call() {
        if (admin == (tenant != null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Missing required option: '--tenant=T' or '--admin'" + " (expected: exactly one of them)");
        }
        String key = ApiKeys.generate();
        try {
            append(ApiKeys.line(key, Optional.ofNullable(tenant)));
        } catch (IOException failed) {
            spec.commandLine().getErr().println(file + ": can't be written (expected: a file of API keys)");
            return ExitCode.SOFTWARE;
        }
        spec.commandLine().getOut().println(key);
        return ExitCode.OK;
    }

    /** On a line of its own, also after a last line that people left without an end. */
    private void append(String line) throws IOException {
        String before = Files.exists(file) ? Files.readString(file) : "";
        String separator = before.isEmpty() || before.endsWith("\n") ? "" : "\n";
        Files.writeString(
                file,
                separator + line + "\n",
                StandardCharsets.UTF_8,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }
}
