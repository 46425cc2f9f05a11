package dev.anyhost.infra;

import dev.anyhost.infra.config.DeploymentConfig;
import dev.anyhost.infra.stack.LambdaPackages;
import dev.anyhost.settings.ConfigResult;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Writes the templates of a deployment: what {@code scripts/deploy} runs. No network, no account. */
public final class Synthesis {

    private static final int WRONG_INPUT = 2;
    private static final int MISSING = 3;
    private static final int ARGUMENTS = 3;

    private Synthesis() {}

    /**
     * Ends the process: 0 done, 2 wrong configuration, 3 something must be built first.
     *
     * @param arguments the configuration file; the folder of the Lambda packages; where to write
     */
    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments), name -> Optional.ofNullable(System.getenv(name)), System.err));
    }

    static int run(List<String> arguments, Function<String, Optional<String>> environment, PrintStream complaints) {
        if (arguments.size() != ARGUMENTS) {
            complaints.println("arguments: " + arguments.size() + " (expected: CONFIG LAMBDAS OUT)");
            return WRONG_INPUT;
        }
        return switch (DeploymentConfig.read(Path.of(arguments.getFirst()), environment)) {
            case ConfigResult.Invalid<DeploymentConfig>(var errors) -> {
                errors.forEach(complaints::println);
                yield WRONG_INPUT;
            }
            case ConfigResult.Valid<DeploymentConfig>(DeploymentConfig config) -> write(config, arguments, complaints);
        };
    }

    private static int write(DeploymentConfig config, List<String> arguments, PrintStream complaints) {
        LambdaPackages packages = LambdaPackages.in(Path.of(arguments.get(1)));
        for (Path file : List.of(packages.ask(), packages.domains())) {
            if (!Files.isReadable(file)) {
                complaints.println("anyhost: " + file + " is missing: build it (mvn package)");
                return MISSING;
            }
        }
        new Deployment(config, packages, Path.of(arguments.get(2))).write();
        config.regions()
                .forEach(region -> complaints.println("anyhost: " + region.name() + " takes "
                        + region.elasticAddresses() + " Elastic IPs (an account has 5 in a region unless it asked for"
                        + " more)"));
        return 0;
    }
}
