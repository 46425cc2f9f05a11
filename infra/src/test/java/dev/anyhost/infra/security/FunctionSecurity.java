package dev.anyhost.infra.security;

import static dev.anyhost.infra.security.SecurityRule.each;
import static dev.anyhost.infra.security.SecurityRule.leadsTo;
import static dev.anyhost.infra.security.SecurityRule.none;
import static dev.anyhost.infra.security.SecurityRule.rule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.infra.CloudTemplate;
import dev.anyhost.infra.Example;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Functions: what runs, who reaches it, and what becomes of what it wrote. */
final class FunctionSecurity {

    private static final String FUNCTION = "AWS::Lambda::Function";
    private static final String URL = "AWS::Lambda::Url";
    private static final String PERMISSION = "AWS::Lambda::Permission";
    private static final String LOGS = "AWS::Logs::LogGroup";
    private static final String CALLERS = "AWS::IAM::ManagedPolicy";

    private FunctionSecurity() {}

    static Stream<SecurityProperty> properties() {
        Example example = Example.threeRegions();
        List<CloudTemplate> domain = example.templates("domain");
        List<CloudTemplate> regions = example.templates("region-");
        return Stream.of(
                        SecurityRule.of(regions, published("Ask")),
                        SecurityRule.of(regions, url("Ask")),
                        SecurityRule.of(domain, published("Domains")),
                        SecurityRule.of(domain, published("Check")),
                        SecurityRule.of(domain, url("Domains")),
                        SecurityRule.of(domain, List.of(callers(), webhookSecrets())),
                        SecurityRule.of(logging(example), List.of(logs())))
                .flatMap(properties -> properties);
    }

    private static List<SecurityRule> published(String id) {
        return List.of(
                each(
                        id + " runs from a snapshot of a published version",
                        Place.of(FUNCTION + "#" + id, "SnapStart/ApplyOn"),
                        "PublishedVersions",
                        "None"),
                leadsTo(
                        id + "'s alias is of a published version",
                        Place.of("AWS::Lambda::Alias#" + id, "FunctionVersion"),
                        "${" + id + "CurrentVersion"),
                leadsTo(
                        id + " writes to a log whose life is set",
                        Place.of(FUNCTION + "#" + id, "LoggingConfig/LogGroup"),
                        "${" + id + "Logs"),
                leadsTo(id + " has a role of its own", Place.of(FUNCTION + "#" + id, "Role"), "${" + id + "Role"));
    }

    private static List<SecurityRule> url(String id) {
        return List.of(
                each(id + "'s URL lets nobody through without IAM", Place.of(URL, "AuthType"), "AWS_IAM", "NONE"),
                each(id + "'s URL is the alias's", Place.of(URL, "Qualifier"), "live", "$LATEST"),
                leadsTo(id + " has a URL of its own", Place.of(URL, "TargetFunctionArn"), "${" + id),
                none(id + "'s URL is for no browser", Place.of(URL, "Cors"), Map.of("AllowOrigins", List.of("*"))),
                rule(
                        id + "'s stack lets nobody in past IAM",
                        template -> assertThat(template.resources(PERMISSION)).isEmpty(),
                        Weakening.beside(
                                PERMISSION,
                                Map.of(
                                        "Action", "lambda:InvokeFunctionUrl",
                                        "Principal", "*",
                                        "FunctionUrlAuthType", "NONE"))));
    }

    private static SecurityRule callers() {
        Place statements = Place.of(CALLERS, "PolicyDocument/Statement/*");
        Place byUrl = Place.of(CALLERS, "PolicyDocument/Statement/Action=lambda:InvokeFunctionUrl");
        return rule(
                "callers of the API get both invoke permissions, by the URL only",
                template -> assertCallers(template.only(CALLERS)),
                Weakening.without(statements),
                Weakening.without(Place.of(CALLERS, "PolicyDocument/Statement/*/Condition")),
                Weakening.with(Place.of(CALLERS, "PolicyDocument/Statement/*/Action"), "lambda:*"),
                Weakening.with(Place.of(CALLERS, "PolicyDocument/Statement/*/Resource"), "*"),
                Weakening.with(
                        byUrl.then("Condition"), Map.of("StringEquals", Map.of("lambda:FunctionUrlAuthType", "NONE"))),
                Weakening.adding(
                        Place.of(CALLERS, "PolicyDocument/Statement"),
                        Map.of("Effect", "Allow", "Action", "lambda:InvokeFunction", "Resource", "*")));
    }

    private static void assertCallers(JsonNode policy) {
        assertThat(CloudTemplate.elements(policy.at("/PolicyDocument/Statement")))
                .hasSize(2)
                .allSatisfy(statement -> assertThat(CloudTemplate.text(statement.at("/Resource")))
                        .startsWith("${DomainsLive"))
                .extracting(statement -> CloudTemplate.text(statement.at("/Action")) + " " + statement.at("/Condition"))
                .containsExactlyInAnyOrder(
                        "lambda:InvokeFunctionUrl {\"StringEquals\":{\"lambda:FunctionUrlAuthType\":\"AWS_IAM\"}}",
                        "lambda:InvokeFunction {\"Bool\":{\"lambda:InvokedViaFunctionUrl\":\"true\"}}");
    }

    private static SecurityRule webhookSecrets() {
        return each(
                "signing secrets are in no template",
                Place.of(FUNCTION + "#Check", "Environment/Variables/ANYHOST_WEBHOOK_SECRETS"),
                "{{resolve:secretsmanager:anyhost/webhook:SecretString:::}}",
                "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");
    }

    private static List<CloudTemplate> logging(Example example) {
        return example.templates().values().stream()
                .filter(template -> !template.resources(LOGS).isEmpty())
                .toList();
    }

    /** Of programs as long as configured; of the CDK's function, which only reads addresses and key ids, for a week. */
    private static SecurityRule logs() {
        Place life = Place.of(LOGS, "RetentionInDays");
        return rule(
                "logs are kept as long as configured",
                template -> {
                    Map<Boolean, List<String>> lives = template.json().get("Resources").properties().stream()
                            .filter(resource -> resource.getValue()
                                    .get("Type")
                                    .stringValue()
                                    .equals(LOGS))
                            .collect(Collectors.partitioningBy(
                                    resource -> resource.getKey().startsWith("DistantParameter"),
                                    Collectors.mapping(
                                            resource -> resource.getValue()
                                                    .at("/Properties/RetentionInDays")
                                                    .asString(""),
                                            Collectors.toList())));
                    assertThat(lives.get(true)).allMatch("7"::equals);
                    assertThat(lives.get(false)).allMatch("90"::equals);
                },
                Weakening.without(life),
                Weakening.with(life, 30));
    }
}
