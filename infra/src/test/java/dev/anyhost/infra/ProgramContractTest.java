package dev.anyhost.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import dev.anyhost.proxy.ProxyConfig;
import dev.anyhost.proxy.challenge.ChallengeType;
import dev.anyhost.settings.ConfigResult;
import dev.anyhost.verifier.LambdaEnvironment;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractMap;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What the templates give to programs is what the programs take. */
class ProgramContractTest {

    private static final String FUNCTION = "AWS::Lambda::Function";
    private static final Path PROXY_FILE = Path.of("image", "proxy.yaml");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z0-9_]+)(:)?");

    private final Example example = Example.threeRegions();
    private final CloudTemplate domain = example.template("domain");
    private final CloudTemplate region = example.template("region-eu-central-1");

    /** An environment that knows what it was asked for. */
    private static final class Watched extends AbstractMap<String, String> {
        private final Map<String, String> values;
        private final Set<String> asked = new TreeSet<>();

        Watched(Map<String, String> values) {
            this.values = values;
        }

        @Override
        public @Nullable String get(@Nullable Object name) {
            asked.add(String.valueOf(name));
            return values.get(name);
        }

        @Override
        public boolean containsKey(@Nullable Object name) {
            return get(name) != null;
        }

        @Override
        public Set<Entry<String, String>> entrySet() {
            return values.entrySet();
        }
    }

    @Test
    void ask_getsTheVariablesThatItReads() {
        JsonNode function = region.only(FUNCTION, "FunctionName", "anyhost-world-ask");
        assertThat(unused(function, LambdaEnvironment::whitelist))
                .containsExactlyInAnyOrder("ANYHOST_WHITELIST_REGION", "ANYHOST_WHITELIST_ENDPOINT");
    }

    @Test
    void domainsApi_getsTheVariablesThatItReads() {
        JsonNode function = domain.only(FUNCTION, "FunctionName", "anyhost-world-domains");
        assertThat(unused(function, environment -> {
                    LambdaEnvironment.whitelist(environment);
                    LambdaEnvironment.changes(environment);
                    assertThat(LambdaEnvironment.edge(environment).addresses()).hasSize(3);
                    LambdaEnvironment.domainsPerTenant(environment);
                }))
                .containsExactlyInAnyOrder(
                        "ANYHOST_WHITELIST_REGION",
                        "ANYHOST_WHITELIST_ENDPOINT",
                        "ANYHOST_CHANGES_REGION",
                        "ANYHOST_CHANGES_ENDPOINT");
    }

    @Test
    void checker_getsTheVariablesThatItReads() {
        JsonNode function = domain.only(FUNCTION, "FunctionName", "anyhost-world-check");
        assertThat(unused(function, environment -> {
                    LambdaEnvironment.whitelist(environment);
                    LambdaEnvironment.changes(environment);
                    LambdaEnvironment.edge(environment);
                    LambdaEnvironment.resolvers(environment);
                    LambdaEnvironment.grace(environment);
                    LambdaEnvironment.webhook(environment);
                    LambdaEnvironment.webhookSecrets(environment);
                }))
                .containsExactlyInAnyOrder(
                        "ANYHOST_WHITELIST_REGION",
                        "ANYHOST_WHITELIST_ENDPOINT",
                        "ANYHOST_CHANGES_REGION",
                        "ANYHOST_CHANGES_ENDPOINT",
                        "ANYHOST_RESOLVERS");
    }

    /** What is read and not given, such as what has its use in development only; nothing is given that isn't read. */
    private static Set<String> unused(JsonNode function, Consumer<Map<String, String>> program) {
        Map<String, String> given = new TreeMap<>();
        function.at("/Environment/Variables")
                .properties()
                .forEach(variable -> given.put(variable.getKey(), filled(CloudTemplate.text(variable.getValue()))));
        var environment = new Watched(given);
        program.accept(environment);
        Set<String> asked = new HashSet<>(environment.asked);
        asked.removeIf(name -> !name.startsWith("ANYHOST_"));
        assertThat(asked).containsAll(given.keySet());
        asked.removeAll(given.keySet());
        return asked;
    }

    @Test
    void handlers_areClassesThatLambdaCanMake() throws ReflectiveOperationException {
        List<String> handlers = Stream.of(domain, region)
                .flatMap(template -> template.properties(FUNCTION).stream())
                .map(function -> function.get("Handler").stringValue())
                .filter(handler -> handler.startsWith("dev.anyhost."))
                .toList();
        assertThat(handlers).hasSize(3);
        for (String handler : handlers) {
            Class<?> type = Class.forName(handler);
            assertThat(RequestHandler.class).isAssignableFrom(type);
            assertThat(type.getConstructor().getParameterCount()).isZero();
        }
    }

    @Test
    void schedule_hasAsManyPartsAsTheWhitelist() {
        assertThat(domain.resources("AWS::Scheduler::Schedule")).hasSize(Whitelist.SHARDS);
    }

    @Test
    void packages_areWhatTheBuildLeaves() throws IOException {
        Path assembly = Path.of("..", "domain-verifier-lambda", "src", "main", "assembly");
        assertThat(Files.readString(assembly.resolve("ask.xml"))).contains("<id>ask</id>");
        assertThat(Files.readString(assembly.resolve("domains.xml"))).contains("<id>domains</id>");
        assertThat(Files.readString(Path.of("..", "domain-verifier-lambda", "pom.xml")))
                .contains("<finalName>lambda</finalName>");
    }

    @Test
    void container_getsTheVariablesThatItsConfigurationHas() throws IOException {
        Set<String> known = new TreeSet<>();
        Set<String> required = new TreeSet<>();
        Matcher variable = VARIABLE.matcher(Files.readString(PROXY_FILE));
        while (variable.find()) {
            known.add(variable.group(1));
            if (variable.group(2) == null) {
                required.add(variable.group(1));
            }
        }
        Set<String> given = Container.of(fleet()).environment().keySet();
        assertThat(given).containsAll(required);
        assertThat(known).containsAll(given);
        known.removeAll(given);
        assertThat(known)
                .containsExactlyInAnyOrder(
                        "ANYHOST_HTTPS_PORT",
                        "ANYHOST_HTTP_PORT",
                        "ANYHOST_ADMIN_PORT",
                        "ANYHOST_ACME_TRUSTED_ROOTS",
                        "ANYHOST_PREFLIGHT",
                        "ANYHOST_ORIGIN_TRUSTED_ROOTS");
    }

    @Test
    void container_isTheUserOfTheImage_andListensWhereTheImageSays() throws IOException {
        List<String> image = Files.readAllLines(Path.of("image", "Dockerfile"));
        JsonNode container = Container.of(fleet()).json();
        assertThat(image).anyMatch(line -> line.startsWith("ARG BASE=public.ecr.aws/"));
        assertThat(image)
                .filteredOn(line -> line.startsWith("FROM "))
                .isNotEmpty()
                .allMatch(line -> line.startsWith("FROM ${BASE}"));
        assertThat(image).contains("USER " + container.get("User").stringValue());
        String ports = CloudTemplate.elements(container.get("PortMappings")).stream()
                .map(mapping -> mapping.get("ContainerPort").asString())
                .sorted(Comparator.reverseOrder())
                .collect(Collectors.joining(" "));
        assertThat(image).contains("EXPOSE " + ports);
    }

    @Test
    void container_withItsVariables_isAConfigurationThatTheProxyTakes() {
        Map<String, String> given = new TreeMap<>();
        Container.of(fleet()).environment().forEach((name, value) -> given.put(name, filled(value)));
        switch (ProxyConfig.read(PROXY_FILE, name -> Optional.ofNullable(given.get(name)))) {
            case ConfigResult.Invalid<ProxyConfig>(var errors) -> throw new AssertionError(errors);
            case ConfigResult.Valid<ProxyConfig>(ProxyConfig config) -> {
                assertThat(config.listen().https().getFirst().getPort()).isEqualTo(8443);
                assertThat(config.listen().http().getFirst().getPort()).isEqualTo(8080);
                assertThat(config.listen().proxyProtocolFrom()).hasToString("[10.20.0.0/16]");
                assertThat(config.drain().announce()).hasSeconds(20);
                assertThat(config.store().tables().certificates().region()).isEqualTo("eu-central-1");
                assertThat(config.store().tables().coordination().region()).isEqualTo("us-east-1");
                assertThat(config.preflight().toString()).contains("192.0.2.2");
                assertThat(config.acme().getFirst().challenges()).containsExactly(ChallengeType.HTTP_01);
            }
        }
    }

    private CloudTemplate fleet() {
        return example.template("proxy-eu-central-1-blue");
    }

    /** With what CloudFormation would put in the place of references. */
    private static String filled(String text) {
        return text.replaceAll("\\$\\{SsmParameterValue\\w*staticaddresses\\w*\\}", "192.0.2.1,192.0.2.2,198.51.100.7")
                .replaceAll("\\$\\{SsmParameterValue\\w*askurl\\w*\\}", "https://ask.lambda-url.eu-central-1.on.aws/")
                .replaceAll(
                        "\\$\\{SsmParameterValue\\w*keyssecretsarn\\w*\\}",
                        "arn:aws:kms:eu-central-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab")
                .replaceAll(
                        "\\{\\{resolve:secretsmanager:[^}]*\\}\\}",
                        "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");
    }
}
