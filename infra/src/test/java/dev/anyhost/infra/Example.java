package dev.anyhost.infra;

import dev.anyhost.infra.config.DeploymentConfig;
import dev.anyhost.infra.stack.LambdaPackages;
import dev.anyhost.settings.ConfigResult;
import io.github.cdklabs.cdknag.AwsSolutionsChecks;
import io.github.cdklabs.cdknag.NagPackProps;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import software.amazon.awscdk.Aspects;
import software.amazon.awscdk.Stack;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One of the examples, synthesised once for all tests as it would be for a deployment, and checked by cdk-nag. */
public record Example(String name, DeploymentConfig config, List<Stack> stacks, Map<String, CloudTemplate> templates) {

    /** A holder each, so that a test which needs one doesn't wait for the other. */
    private static final class One {
        static final Example EXAMPLE = synthesised("one-region");
    }

    private static final class Three {
        static final Example EXAMPLE = synthesised("three-regions");
    }

    public static Example oneRegion() {
        return One.EXAMPLE;
    }

    public static Example threeRegions() {
        return Three.EXAMPLE;
    }

    public static Stream<Example> all() {
        return Stream.of(oneRegion(), threeRegions());
    }

    static DeploymentConfig config(String name) {
        return switch (DeploymentConfig.read(Path.of("examples", name + ".yaml"), _ -> Optional.empty())) {
            case ConfigResult.Valid<DeploymentConfig>(DeploymentConfig config) -> config;
            case ConfigResult.Invalid<DeploymentConfig>(var errors) -> throw new AssertionError(errors);
        };
    }

    private static Example synthesised(String name) {
        try {
            DeploymentConfig config = config(name);
            Path out = Path.of("target", "templates", name).toAbsolutePath();
            var deployment = new Deployment(config, packages(), out);
            Aspects.of(deployment.app())
                    .add(new AwsSolutionsChecks(
                            NagPackProps.builder().verbose(true).build()));
            deployment.write();
            Map<String, CloudTemplate> templates = new TreeMap<>();
            for (Stack stack : deployment.stacks()) {
                Path file = out.resolve(stack.getStackName() + ".template.json");
                JsonNode json = JsonMapper.shared().readTree(Files.readString(file));
                templates.put(stack.getStackName(), new CloudTemplate(stack.getStackName(), json));
            }
            return new Example(name, config, deployment.stacks(), templates);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The templates name what is uploaded by its hash only; the real packages come later in the build. */
    private static LambdaPackages packages() throws IOException {
        Path folder = Files.createDirectories(Path.of("target", "packages"));
        LambdaPackages packages = LambdaPackages.in(folder.toAbsolutePath());
        Files.writeString(packages.ask(), "ask");
        Files.writeString(packages.domains(), "domains");
        return packages;
    }

    /** By the end of its name, such as {@code domain} or {@code proxy-us-east-1-blue}. */
    public CloudTemplate template(String name) {
        CloudTemplate template = templates.get("anyhost-" + config.stage() + "-" + name);
        if (template == null) {
            throw new AssertionError("no stack " + name + " among " + templates.keySet());
        }
        return template;
    }

    /** Those whose names begin so, such as {@code proxy-}. */
    public List<CloudTemplate> templates(String beginning) {
        String prefix = "anyhost-" + config.stage() + "-" + beginning;
        List<CloudTemplate> found = templates.values().stream()
                .filter(template -> template.name().startsWith(prefix))
                .toList();
        if (found.isEmpty()) {
            throw new AssertionError("no stacks " + beginning + " among " + templates.keySet());
        }
        return found;
    }
}
