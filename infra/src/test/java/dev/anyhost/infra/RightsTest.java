package dev.anyhost.infra;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What each role may do, all of it: docs/aws-permissions.md says why. */
class RightsTest {

    private static final String REPOSITORY =
            "arn:${AWS::Partition}:ecr:eu-central-1:${AWS::AccountId}:repository/anyhost-world";

    private final Example example = Example.threeRegions();
    private final CloudTemplate domain = example.template("domain");
    private final CloudTemplate away = example.template("region-eu-central-1");
    private final CloudTemplate fleet = example.template("proxy-eu-central-1-blue");

    @Test
    void callersOfTheApi_getBothInvokePermissions_byTheUrlOnly() {
        JsonNode statements = domain.only("AWS::IAM::ManagedPolicy").at("/PolicyDocument/Statement");
        assertThat(statements).hasSize(2);
        assertThat(statements)
                .allMatch(statement ->
                        CloudTemplate.text(statement.get("Resource")).startsWith("${DomainsLive"));
        assertThat(statements.get(0).get("Action").stringValue()).isEqualTo("lambda:InvokeFunctionUrl");
        assertThat(statements
                        .get(0)
                        .at("/Condition/StringEquals/lambda:FunctionUrlAuthType")
                        .stringValue())
                .isEqualTo("AWS_IAM");
        assertThat(statements.get(1).get("Action").stringValue()).isEqualTo("lambda:InvokeFunction");
        assertThat(statements
                        .get(1)
                        .at("/Condition/Bool/lambda:InvokedViaFunctionUrl")
                        .stringValue())
                .isEqualTo("true");
    }

    @Test
    void ask_mayReadTheWhitelistOfItsRegion_andNothingElse() {
        assertThat(Policies.of(away, "AskRole").rights())
                .containsExactlyInAnyOrderElementsOf(functionRights(
                        "Ask", "eu-central-1", List.of("dynamodb:GetItem eu-central-1 anyhost-world-domains")));
    }

    @Test
    void api_mayDoWhatItDoes_andNothingElse() {
        assertThat(Policies.of(domain, "DomainsRole").rights())
                .containsExactlyInAnyOrderElementsOf(functionRights(
                        "Domains",
                        "us-east-1",
                        List.of(
                                "dynamodb:BatchGetItem us-east-1 anyhost-world-domains",
                                "dynamodb:GetItem us-east-1 anyhost-world-domains",
                                "dynamodb:PutItem us-east-1 anyhost-world-domains",
                                "dynamodb:UpdateItem us-east-1 anyhost-world-domains",
                                "dynamodb:Query us-east-1 anyhost-world-domains/index/by-shard",
                                "dynamodb:Query us-east-1 anyhost-world-domains/index/by-tenant",
                                "dynamodb:PutItem us-east-1 anyhost-world-coordination")));
    }

    @Test
    void checker_mayDoWhatItDoes_andNothingElse() {
        assertThat(Policies.of(domain, "CheckRole").rights())
                .containsExactlyInAnyOrderElementsOf(functionRights(
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
                                "dynamodb:Query us-east-1 anyhost-world-coordination")));
    }

    @Test
    void schedule_mayRunTheCheckerAndPutAsideWhatFailed_forThisAccountOnly() {
        assertThat(Policies.of(domain, "ScheduleRole").rights())
                .containsExactlyInAnyOrder("lambda:InvokeFunction CheckLive", "sqs:SendMessage FailedChecks");
        JsonNode trust = domain.properties("AWS::IAM::Role").stream()
                .map(role -> role.at("/AssumeRolePolicyDocument/Statement/0"))
                .filter(statement ->
                        statement.at("/Principal/Service").asString("").equals("scheduler.amazonaws.com"))
                .findFirst()
                .orElseThrow();
        assertThat(CloudTemplate.text(trust.at("/Condition/StringEquals/aws:SourceAccount")))
                .isEqualTo("${AWS::AccountId}");
    }

    @Test
    void tablesKey_isForDynamoDbOnly_inEveryRole() {
        for (Policies role : List.of(
                Policies.of(away, "AskRole"), Policies.of(domain, "DomainsRole"), Policies.of(domain, "CheckRole"))) {
            assertThat(role.statementsWith("kms:"))
                    .hasSize(1)
                    .allSatisfy(statement -> assertThat(
                                    CloudTemplate.texts(statement.at("/Condition/StringEquals/kms:ViaService")))
                            .isNotEmpty()
                            .allMatch(service -> service.startsWith("dynamodb.")));
        }
    }

    @Test
    void proxy_mayDoWhatTheProxyDoes_hereAndAtHome() {
        Policies role = Policies.of(fleet, "TaskRole");
        assertThat(role.rights())
                .containsExactlyInAnyOrderElementsOf(Stream.of(
                                certificateRights("eu-central-1"),
                                certificateRights("us-east-1"),
                                Stream.of(
                                                "BatchGetItem",
                                                "BatchWriteItem",
                                                "ConditionCheckItem",
                                                "DeleteItem",
                                                "DescribeTable",
                                                "GetItem",
                                                "PutItem",
                                                "Query",
                                                "UpdateItem")
                                        .map(action -> "dynamodb:" + action + " us-east-1 anyhost-world-coordination"),
                                Stream.of("dynamodb:Query us-east-1 anyhost-world-coordination/index/by-retry"),
                                Stream.of("eu-central-1", "us-east-1")
                                        .flatMap(region -> Policies.KEY_ACTIONS.stream()
                                                .map(action -> action + " " + region + " ${TablesKey}")),
                                Stream.of(
                                        "kms:Decrypt keyssecretsarn",
                                        "kms:Encrypt keyssecretsarn",
                                        "lambda:InvokeFunctionUrl askfunctionarn",
                                        "lambda:InvokeFunction askfunctionarn"))
                        .flatMap(rights -> rights)
                        .toList());
        assertThat(role.statementsWith("kms:"))
                .filteredOn(statement -> statement.has("Condition"))
                .hasSize(1)
                .allSatisfy(statement -> assertThat(
                                CloudTemplate.texts(statement.at("/Condition/StringEquals/kms:ViaService")))
                        .containsExactly("dynamodb.eu-central-1.amazonaws.com", "dynamodb.us-east-1.amazonaws.com"));
    }

    @Test
    void proxy_mayWrapKeysWithTheKeyOfItsRegion_andAskByTheUrl() {
        Policies role = Policies.of(fleet, "TaskRole");
        assertThat(role.statementsWith("kms:").stream()
                        .filter(statement -> !statement.has("Condition"))
                        .toList())
                .hasSize(1)
                .allMatch(statement ->
                        CloudTemplate.texts(statement.get("Action")).equals(List.of("kms:Decrypt", "kms:Encrypt"))
                                && CloudTemplate.text(statement.get("Resource")).contains("keyssecretsarn"));
        assertThat(CloudTemplate.text(Example.threeRegions()
                        .template("region-eu-central-1")
                        .only("AWS::SSM::Parameter", "Name", "/anyhost/world/ask/function-arn")
                        .get("Value")))
                .startsWith("${AskLive");
        assertThat(role.statementsWith("lambda:"))
                .hasSize(2)
                .allMatch(statement ->
                        CloudTemplate.text(statement.get("Resource")).contains("askfunctionarn"))
                .anyMatch(statement ->
                        CloudTemplate.texts(statement.get("Action")).equals(List.of("lambda:InvokeFunctionUrl"))
                                && statement
                                        .at("/Condition/StringEquals/lambda:FunctionUrlAuthType")
                                        .asString("")
                                        .equals("AWS_IAM"))
                .anyMatch(statement -> statement
                        .at("/Condition/Bool/lambda:InvokedViaFunctionUrl")
                        .asString("")
                        .equals("true"));
    }

    @Test
    void executionRole_mayFetchTheImageAndWriteLogs() {
        assertThat(Policies.of(fleet, "TaskExecutionRole").rights())
                .containsExactlyInAnyOrder(
                        "ecr:BatchCheckLayerAvailability " + REPOSITORY,
                        "ecr:BatchGetImage " + REPOSITORY,
                        "ecr:GetDownloadUrlForLayer " + REPOSITORY,
                        "ecr:GetAuthorizationToken *",
                        "logs:CreateLogStream Logs",
                        "logs:PutLogEvents Logs");
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

    private static Stream<String> certificateRights(String region) {
        String table = " " + region + " anyhost-world-certificates";
        return Stream.concat(
                Stream.of("ConditionCheckItem", "DeleteItem", "DescribeTable", "GetItem", "PutItem", "UpdateItem")
                        .map(action -> "dynamodb:" + action + table),
                Stream.of("dynamodb:Query" + table + "/index/by-due"));
    }
}
