package dev.anyhost.infra.security;

import static dev.anyhost.infra.security.SecurityRule.rule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.infra.CloudTemplate;
import dev.anyhost.infra.Example;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a fleet's roles may do, all of it: docs/aws-permissions.md says why. */
final class ProxyRoleSecurity {

    private static final String REPOSITORY =
            "arn:${AWS::Partition}:ecr:eu-central-1:${AWS::AccountId}:repository/anyhost-world";
    private static final String TASK = "TaskRole";
    private static final Place STATEMENTS = Place.of("AWS::IAM::Role#" + TASK, "Policies/*/PolicyDocument/Statement");

    private ProxyRoleSecurity() {}

    static Stream<SecurityProperty> properties() {
        Example example = Example.threeRegions();
        return Stream.concat(
                SecurityRule.of(
                        example.templates("proxy-eu-central-1-blue"),
                        List.of(task(), tablesKey(), secretsKey(), ask(), execution(), flowLogs())),
                SecurityRule.of(example.templates("region-eu-central-1"), List.of(askedFunction())));
    }

    private static SecurityRule task() {
        Stream<String> coordination = Stream.of(
                        "BatchGetItem",
                        "BatchWriteItem",
                        "ConditionCheckItem",
                        "DeleteItem",
                        "DescribeTable",
                        "GetItem",
                        "PutItem",
                        "Query",
                        "UpdateItem")
                .map(action -> "dynamodb:" + action + " us-east-1 anyhost-world-coordination");
        Stream<String> tablesKey = Stream.of("eu-central-1", "us-east-1")
                .flatMap(
                        region -> Policies.KEY_ACTIONS.stream().map(action -> action + " " + region + " ${TablesKey}"));
        Stream<String> others = Stream.of(
                "dynamodb:Query us-east-1 anyhost-world-coordination/index/by-retry",
                "kms:Decrypt keyssecretsarn",
                "kms:Encrypt keyssecretsarn",
                "lambda:InvokeFunctionUrl askfunctionarn",
                "lambda:InvokeFunction askfunctionarn");
        return RoleSecurity.exactly(
                        "the proxy does what it does, here and at home, and nothing else",
                        TASK,
                        Stream.of(
                                        certificates("eu-central-1"),
                                        certificates("us-east-1"),
                                        coordination,
                                        tablesKey,
                                        others)
                                .flatMap(rights -> rights)
                                .toList())
                .alsoLostBy(RoleSecurity.inline(TASK));
    }

    private static Stream<String> certificates(String region) {
        String table = " " + region + " anyhost-world-certificates";
        return Stream.concat(
                Stream.of("ConditionCheckItem", "DeleteItem", "DescribeTable", "GetItem", "PutItem", "UpdateItem")
                        .map(action -> "dynamodb:" + action + table),
                Stream.of("dynamodb:Query" + table + "/index/by-due"));
    }

    private static SecurityRule tablesKey() {
        Place byDynamoDb = STATEMENTS.then("Action=kms:GenerateDataKey").then("Condition");
        return rule(
                "the proxy uses the tables' key by way of DynamoDB only",
                template -> assertThat(Policies.of(template, TASK).statementsWith("kms:GenerateDataKey"))
                        .hasSize(1)
                        .allSatisfy(statement -> assertThat(
                                        CloudTemplate.texts(statement.at("/Condition/StringEquals/kms:ViaService")))
                                .containsExactly(
                                        "dynamodb.eu-central-1.amazonaws.com", "dynamodb.us-east-1.amazonaws.com")),
                Weakening.without(byDynamoDb),
                Weakening.adding(byDynamoDb.then("StringEquals").then("kms:ViaService"), "*"));
    }

    private static SecurityRule secretsKey() {
        return rule(
                "the proxy wraps private keys with the key of its region, and uses no other on its own",
                template -> assertThat(Policies.of(template, TASK).statementsWith("kms:"))
                        .filteredOn(statement -> !statement.has("Condition"))
                        .hasSize(1)
                        .allSatisfy(statement -> {
                            assertThat(CloudTemplate.texts(statement.at("/Action")))
                                    .containsExactly("kms:Decrypt", "kms:Encrypt");
                            assertThat(CloudTemplate.text(statement.at("/Resource")))
                                    .contains("keyssecretsarn");
                        }),
                Weakening.without(STATEMENTS.then("Action=kms:GenerateDataKey").then("Condition")),
                Weakening.adding(STATEMENTS, Map.of("Effect", "Allow", "Action", "kms:Decrypt", "Resource", "*")));
    }

    private static SecurityRule ask() {
        return rule(
                "the proxy has both invoke permissions for the ask, by its URL only",
                template -> assertThat(Policies.of(template, TASK).statementsWith("lambda:"))
                        .allSatisfy(statement -> assertThat(CloudTemplate.text(statement.at("/Resource")))
                                .contains("askfunctionarn"))
                        .extracting(statement ->
                                CloudTemplate.text(statement.at("/Action")) + " " + statement.at("/Condition"))
                        .containsExactlyInAnyOrder(
                                "lambda:InvokeFunctionUrl {\"StringEquals\":{\"lambda:FunctionUrlAuthType\":\"AWS_IAM\"}}",
                                "lambda:InvokeFunction {\"Bool\":{\"lambda:InvokedViaFunctionUrl\":\"true\"}}"),
                Stream.of("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")
                        .map(action -> STATEMENTS.then("Action=" + action))
                        .flatMap(statement -> Stream.of(
                                Weakening.without(statement),
                                Weakening.without(statement.then("Condition")),
                                Weakening.with(statement.then("Resource"), "*")))
                        .toArray(Weakening[]::new));
    }

    private static SecurityRule askedFunction() {
        return SecurityRule.leadsTo(
                "what the proxy may ask is the published ask",
                Place.of("AWS::SSM::Parameter#LeftASKFUNCTIONARN", "Value"),
                "${AskLive");
    }

    private static SecurityRule execution() {
        return RoleSecurity.exactly(
                        "the fleet's start fetches its image, writes its log, and nothing else",
                        "TaskExecutionRole",
                        List.of(
                                "ecr:BatchCheckLayerAvailability " + REPOSITORY,
                                "ecr:BatchGetImage " + REPOSITORY,
                                "ecr:GetDownloadUrlForLayer " + REPOSITORY,
                                "ecr:GetAuthorizationToken *",
                                "logs:CreateLogStream Logs",
                                "logs:PutLogEvents Logs"))
                .alsoLostBy(RoleSecurity.attached("TaskExecutionRole"));
    }

    private static SecurityRule flowLogs() {
        return RoleSecurity.exactly(
                        "flow logs write their log, and nothing else",
                        "NetworkFlowsIAMRole",
                        List.of(
                                "logs:CreateLogStream FlowLogs",
                                "logs:DescribeLogStreams FlowLogs",
                                "logs:PutLogEvents FlowLogs"))
                .alsoLostBy(RoleSecurity.attached("NetworkFlowsIAMRole"));
    }
}
