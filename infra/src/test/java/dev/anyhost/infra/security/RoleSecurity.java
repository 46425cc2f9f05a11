package dev.anyhost.infra.security;

import static dev.anyhost.infra.security.SecurityRule.each;
import static dev.anyhost.infra.security.SecurityRule.rule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.infra.CloudTemplate;
import dev.anyhost.infra.Example;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** What each function's role may do, all of it, and what holds for every role: docs/aws-permissions.md says why. */
final class RoleSecurity {

    private static final String ROLE = "AWS::IAM::Role";
    private static final String POLICY = "AWS::IAM::Policy";
    private static final String MANAGED_POLICY = "AWS::IAM::ManagedPolicy";
    private static final String WIDE = "arn:aws:*";
    private static final Map<String, Object> EVERYTHING = Map.of("Effect", "Allow", "Action", "*", "Resource", "*");
    private static final Map<String, Object> ALMOST_EVERYTHING =
            Map.of("Effect", "Allow", "NotAction", "iam:*", "NotResource", "arn:aws:iam:*");

    private static final List<Place> STATEMENTS = List.of(
            Place.of(ROLE, "Policies/*/PolicyDocument/Statement/*"),
            Place.of(POLICY, "PolicyDocument/Statement/*"),
            Place.of(MANAGED_POLICY, "PolicyDocument/Statement/*"));

    private RoleSecurity() {}

    static Stream<SecurityProperty> properties() {
        Example example = Example.threeRegions();
        return Stream.of(
                        SecurityRule.of(example.templates("region-eu-central-1"), List.of(ask(), regionReader())),
                        SecurityRule.of(
                                example.templates("domain"), List.of(api(), checker(), schedule(), scheduleTrust())),
                        SecurityRule.of(example.templates("accelerator"), List.of(acceleratorReader())),
                        SecurityRule.of(example.templates("region-eu-central-1"), List.of(tablesKey("AskRole"))),
                        SecurityRule.of(
                                example.templates("domain"), List.of(tablesKey("DomainsRole"), tablesKey("CheckRole"))),
                        ofEveryRole(example))
                .flatMap(properties -> properties);
    }

    /** That a role may do exactly this; whatever else it gets, in whatever way, is noticed. */
    static SecurityRule exactly(String name, String role, List<String> rights) {
        List<Weakening> weakenings = new ArrayList<>(List.of(
                Weakening.adding(Place.of(ROLE + "#" + role, "Policies"), policy(role, EVERYTHING)),
                Weakening.adding(Place.of(ROLE + "#" + role, "Policies"), policy(role, ALMOST_EVERYTHING)),
                Weakening.adding(
                        Place.of(ROLE + "#" + role, "ManagedPolicyArns"),
                        "arn:aws:iam::aws:policy/AdministratorAccess"),
                Weakening.beside(POLICY, policy(role, EVERYTHING)),
                Weakening.beside(MANAGED_POLICY, policy(role, EVERYTHING))));
        return new SecurityRule(
                name,
                template ->
                        assertThat(Policies.of(template, role).rights()).containsExactlyInAnyOrderElementsOf(rights),
                weakenings);
    }

    private static Map<String, Object> policy(String role, Map<String, Object> statement) {
        return Map.of(
                "PolicyName",
                "wider",
                "Roles",
                List.of(Map.of("Ref", role)),
                "PolicyDocument",
                Map.of("Statement", List.of(statement)));
    }

    /** The changes of statements that a role has inline. */
    static Weakening[] inline(String role) {
        return widened(Place.of(ROLE + "#" + role, "Policies/*/PolicyDocument/Statement/*"));
    }

    /** The changes of statements that a role has by policies whose logical ids begin so. */
    static Weakening[] attached(String beginning) {
        return widened(Place.of(POLICY + "#" + beginning, "PolicyDocument/Statement/*"));
    }

    private static Weakening[] widened(Place statements) {
        return new Weakening[] {
            Weakening.with(statements.then("Action"), "*"),
            Weakening.with(statements.then("Resource"), WIDE),
            Weakening.without(statements)
        };
    }

    private static SecurityRule ask() {
        return exactly(
                        "the ask reads the whitelist of its region, and nothing else",
                        "AskRole",
                        functionRights(
                                "Ask", "eu-central-1", List.of("dynamodb:GetItem eu-central-1 anyhost-world-domains")))
                .alsoLostBy(inline("AskRole"));
    }

    private static SecurityRule api() {
        return exactly(
                        "the API does what it does, and nothing else",
                        "DomainsRole",
                        functionRights(
                                "Domains",
                                "us-east-1",
                                List.of(
                                        "dynamodb:BatchGetItem us-east-1 anyhost-world-domains",
                                        "dynamodb:GetItem us-east-1 anyhost-world-domains",
                                        "dynamodb:PutItem us-east-1 anyhost-world-domains",
                                        "dynamodb:UpdateItem us-east-1 anyhost-world-domains",
                                        "dynamodb:Query us-east-1 anyhost-world-domains/index/by-shard",
                                        "dynamodb:Query us-east-1 anyhost-world-domains/index/by-tenant",
                                        "dynamodb:PutItem us-east-1 anyhost-world-coordination")))
                .alsoLostBy(inline("DomainsRole"));
    }

    private static SecurityRule checker() {
        return exactly(
                        "the checker does what it does, and nothing else",
                        "CheckRole",
                        functionRights(
                                "Check",
                                "us-east-1",
                                List.of(
                                        "sqs:GetQueueAttributes FailedChecks",
                                        "sqs:GetQueueUrl FailedChecks",
                                        "sqs:SendMessage FailedChecks",
                                        "dynamodb:BatchGetItem us-east-1 anyhost-world-domains",
                                        "dynamodb:GetItem us-east-1 anyhost-world-domains",
                                        "dynamodb:PutItem us-east-1 anyhost-world-domains",
                                        "dynamodb:UpdateItem us-east-1 anyhost-world-domains",
                                        "dynamodb:Query us-east-1 anyhost-world-domains/index/by-check",
                                        "dynamodb:Query us-east-1 anyhost-world-domains/index/by-outbox",
                                        "dynamodb:PutItem us-east-1 anyhost-world-coordination",
                                        "dynamodb:Query us-east-1 anyhost-world-coordination")))
                .alsoLostBy(inline("CheckRole"))
                .alsoLostBy(attached("CheckRole"));
    }

    /** What every function may do, with what this one may. */
    private static List<String> functionRights(String function, String region, List<String> own) {
        return Stream.of(
                        Stream.of(
                                "logs:CreateLogStream " + function + "Logs", "logs:PutLogEvents " + function + "Logs"),
                        Policies.KEY_ACTIONS.stream().map(action -> action + " " + region + " ${TablesKey}"),
                        own.stream())
                .flatMap(rights -> rights)
                .toList();
    }

    private static SecurityRule schedule() {
        return exactly(
                        "the schedule runs the checker and puts aside what failed",
                        "ScheduleRole",
                        List.of("lambda:InvokeFunction CheckLive", "sqs:SendMessage FailedChecks"))
                .alsoLostBy(inline("ScheduleRole"));
    }

    private static SecurityRule scheduleTrust() {
        Place account = Place.of(
                ROLE + "#ScheduleRole",
                "AssumeRolePolicyDocument/Statement/*/Condition/StringEquals/aws:SourceAccount");
        return each("the schedule's role is for schedules of this account", account, "${AWS::AccountId}", "*");
    }

    private static SecurityRule regionReader() {
        return reader(
                "a region's deployment reads what it was left, and nothing else",
                "us-east-1 keys/tables-id",
                "us-east-1 keys/secrets-id",
                "us-west-2 accelerator/static-addresses");
    }

    private static SecurityRule acceleratorReader() {
        return reader(
                "the accelerator's deployment reads what it was left, and nothing else",
                "us-east-1 proxy/blue/load-balancer-arn",
                "us-east-1 proxy/green/load-balancer-arn",
                "eu-central-1 proxy/blue/load-balancer-arn",
                "ap-northeast-1 proxy/blue/load-balancer-arn");
    }

    /** The CDK's function that reads other regions' parameters while a stack is deployed. */
    private static SecurityRule reader(String name, String... parameters) {
        String role = "AWS679f53fac002430cb0da5b7982bd2287ServiceRole";
        Stream<String> read = Stream.of(parameters).map(parameter -> {
            String[] regionAndName = parameter.split(" ", 2);
            return "ssm:GetParameter arn:${AWS::Partition}:ssm:" + regionAndName[0]
                    + ":${AWS::AccountId}:parameter/anyhost/world/" + regionAndName[1];
        });
        String logs = "whatever arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
        return exactly(name, role, Stream.concat(read, Stream.of(logs)).toList())
                .alsoLostBy(attached(""))
                .alsoLostBy(Weakening.with(
                        Place.of(ROLE + "#" + role, "ManagedPolicyArns/*"),
                        "arn:aws:iam::aws:policy/AdministratorAccess"));
    }

    private static SecurityRule tablesKey(String role) {
        Place statement = Place.of(ROLE + "#" + role, "Policies/*/PolicyDocument/Statement/*/Condition");
        return rule(
                role + " uses the tables' key by way of DynamoDB only",
                template -> assertThat(Policies.of(template, role).statementsWith("kms:"))
                        .hasSize(1)
                        .allSatisfy(RoleSecurity::assertByDynamoDb),
                Weakening.without(statement),
                Weakening.with(statement.then("StringEquals").then("kms:ViaService"), "*"));
    }

    private static void assertByDynamoDb(JsonNode statement) {
        assertThat(CloudTemplate.texts(statement.at("/Condition/StringEquals/kms:ViaService")))
                .isNotEmpty()
                .allSatisfy(service -> assertThat(service).matches("dynamodb\\.[a-z0-9-]+\\.amazonaws\\.com"));
    }

    private static Stream<SecurityProperty> ofEveryRole(Example example) {
        return example.templates().values().stream()
                .filter(template -> !template.resources(ROLE).isEmpty())
                .flatMap(template ->
                        SecurityRule.of(List.of(template), List.of(noWildcard(template), oneServiceEach())));
    }

    private static SecurityRule noWildcard(CloudTemplate template) {
        Weakening[] wildcards = STATEMENTS.stream()
                .filter(place -> place.values(template).stream().anyMatch(value -> !value.equals(Place.MISSING)))
                .flatMap(place -> Stream.of(
                        Weakening.with(place.then("Action"), "dynamodb:*"),
                        Weakening.with(place.then("Resource"), WIDE)))
                .toArray(Weakening[]::new);
        return rule(
                        "no right has a wildcard",
                        rights -> assertThat(STATEMENTS)
                                .flatExtracting(place -> place.in(rights.json()))
                                .extracting(rights.json()::at)
                                .filteredOn(statement -> !statement.isMissingNode())
                                .isNotEmpty()
                                .allSatisfy(RoleSecurity::assertNoWildcard),
                        Weakening.beside(POLICY, policy("Any", ALMOST_EVERYTHING)))
                .alsoLostBy(wildcards);
    }

    private static void assertNoWildcard(JsonNode statement) {
        List<String> actions = CloudTemplate.texts(statement.at("/Action"));
        assertThat(actions).isNotEmpty().noneMatch(action -> action.contains("*"));
        // That one knows no resources (IAM: Service Authorization Reference, Amazon ECR).
        if (!actions.equals(List.of("ecr:GetAuthorizationToken"))
                || !statement.at("/Resource").asString("").equals("*")) {
            assertThat(CloudTemplate.texts(statement.at("/Resource")))
                    .isNotEmpty()
                    .noneMatch(resource -> resource.contains("*"));
        }
    }

    private static SecurityRule oneServiceEach() {
        Place statements = Place.of(ROLE, "AssumeRolePolicyDocument/Statement");
        return rule(
                "every role is for one service of AWS",
                template -> assertThat(statements.then("*").then("Principal").values(template))
                        .hasSameSizeAs(template.resources(ROLE))
                        .allSatisfy(principal -> assertThat(principal)
                                .matches("\\{\"Service\":\"(lambda|scheduler|ecs-tasks|vpc-flow-logs)"
                                        + "\\.amazonaws\\.com\"}")),
                Weakening.with(statements.then("*").then("Principal"), "*"),
                Weakening.with(statements.then("*").then("Principal"), Map.of("AWS", "444455556666")),
                Weakening.adding(statements, Map.of("Effect", "Allow", "Action", "sts:AssumeRole", "Principal", "*")));
    }
}
