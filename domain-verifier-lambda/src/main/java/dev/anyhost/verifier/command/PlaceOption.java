package dev.anyhost.verifier.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/** Where a command finds the domains: at the API, or straight in their table. */
final class PlaceOption {

    private static final String KEY_VARIABLE = "ANYHOST_API_KEY";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The verifier's configuration file (YAML): work straight on the table.")
    private @Nullable Path config;

    @Option(
            names = "--api",
            paramLabel = "URL",
            converter = Converters.ToUrl.class,
            description = "The domains API, such as https://domains.example.com/.")
    private @Nullable URI api;

    @Option(
            names = "--api-key-file",
            paramLabel = "FILE",
            description = "A file with the API key; the environment variable " + KEY_VARIABLE
                    + " unless given. A Lambda function URL without a key is called with AWS's signature.")
    private @Nullable Path keyFile;

    /** Does one or the other. */
    int either(ToIntFunction<ConfigFile> onTable, ToIntFunction<DomainsClient> onApi) {
        if ((config == null) == (api == null)) {
            throw new ParameterException(
                    command.commandLine(),
                    "Missing required option: '--api=URL' or '--config=FILE' (expected: exactly one of them)");
        }
        if (config != null) {
            return onTable.applyAsInt(new ConfigFile(config));
        }
        return api(Required.of(api), onApi);
    }

    private int api(URI url, ToIntFunction<DomainsClient> work) {
        PrintWriter err = command.commandLine().getErr();
        Optional<String> key = key();
        Optional<String> region = Credentials.AwsSignature.region(url);
        if (keyFile == null && key.isEmpty() && region.isPresent()) {
            return signed(url, region.get(), work);
        }
        if (key.isEmpty()) {
            String where = keyFile == null ? KEY_VARIABLE + ": missing" : keyFile + ": no key there";
            err.println(
                    where + " (expected: an API key, in a file that --api-key-file names or in " + KEY_VARIABLE + ")");
            return ExitCode.USAGE;
        }
        if (url.getScheme().equalsIgnoreCase("http") && !DomainsClient.isLoopback(url)) {
            err.println("Warning: the key goes to " + url + " in the clear.");
        }
        try (var client = new DomainsClient(url, new Credentials.ApiKey(key.get()))) {
            return work.applyAsInt(client);
        }
    }

    /** With the credentials that AWS's own tools would use here. */
    private static int signed(URI url, String region, ToIntFunction<DomainsClient> work) {
        try (var provider = DefaultCredentialsProvider.builder().build();
                var client = new DomainsClient(url, new Credentials.AwsSignature(provider, region))) {
            return work.applyAsInt(client);
        }
    }

    /** Not from the command line: everybody on the machine reads that. */
    private Optional<String> key() {
        Optional<String> text;
        try {
            text = keyFile == null ? ConfigFile.environment(KEY_VARIABLE) : Optional.of(Files.readString(keyFile));
        } catch (IOException unreadable) {
            return Optional.empty();
        }
        return text.map(String::strip).filter(key -> key.matches("[!-~]+"));
    }
}
