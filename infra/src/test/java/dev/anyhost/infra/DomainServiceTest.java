package dev.anyhost.infra;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Match;
import software.amazon.awscdk.assertions.Template;
import tools.jackson.databind.JsonNode;

/** Keys, tables, functions and schedule, as three regions have them. */
class DomainServiceTest {

    private static final String TABLE = "AWS::DynamoDB::GlobalTable";

    private final Example example = Example.threeRegions();
    private final CloudTemplate domain = example.template("domain");
    private final CloudTemplate away = example.template("region-eu-central-1");
    private final CloudTemplate home = example.template("region-us-east-1");

    @Test
    void stacks_ofADeployment_canNotBeDeletedByMistake() {
        assertThat(example.stacks()).allMatch(stack -> Boolean.TRUE.equals(stack.getTerminationProtection()));
    }

    @Test
    void keys_areMultiRegion_rotated_andKept() {
        Template keys = Template.fromStack(stack("keys"));
        keys.allResourcesProperties("AWS::KMS::Key", Map.of("MultiRegion", true, "EnableKeyRotation", true));
        keys.allResources(
                "AWS::KMS::Key", Map.of("DeletionPolicy", "RetainExceptOnCreate", "UpdateReplacePolicy", "Retain"));
        assertThat(example.template("keys").resources("AWS::KMS::Key")).hasSize(2);
    }

    @Test
    void replicasOfBothKeys_areInEveryOtherRegion_butNotAtHome() {
        assertThat(away.resources("AWS::KMS::ReplicaKey"))
                .hasSize(2)
                .allMatch(key -> key.get("DeletionPolicy").stringValue().equals("RetainExceptOnCreate"));
        assertThat(home.resources("AWS::KMS::ReplicaKey")).isEmpty();
    }

    @Test
    void whitelistAndCertificates_areInEveryRegion_coordinationAtHomeOnly() {
        assertThat(regions("anyhost-world-domains"))
                .containsExactlyInAnyOrder("us-east-1", "eu-central-1", "ap-northeast-1");
        assertThat(regions("anyhost-world-certificates"))
                .containsExactlyInAnyOrder("us-east-1", "eu-central-1", "ap-northeast-1");
        assertThat(regions("anyhost-world-coordination")).containsExactly("us-east-1");
    }

    @Test
    void tables_areProtected_restorable_capped_andEncryptedWithOurKeyInEveryRegion() {
        for (JsonNode table : domain.properties(TABLE)) {
            assertThat(table.get("BillingMode").stringValue()).isEqualTo("PAY_PER_REQUEST");
            assertThat(table.at("/WriteOnDemandThroughputSettings/MaxWriteRequestUnits")
                            .intValue())
                    .isEqualTo(4000);
            assertThat(table.at("/SSESpecification/SSEType").stringValue()).isEqualTo("KMS");
            for (JsonNode replica : table.get("Replicas")) {
                assertThat(replica.get("DeletionProtectionEnabled").booleanValue())
                        .isTrue();
                assertThat(replica.at("/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled")
                                .booleanValue())
                        .isTrue();
                assertThat(replica.at("/ReadOnDemandThroughputSettings/MaxReadRequestUnits")
                                .intValue())
                        .isEqualTo(8000);
                assertThat(CloudTemplate.text(replica.at("/SSESpecification/KMSMasterKeyId")))
                        .contains(":kms:" + replica.get("Region").stringValue() + ":");
            }
        }
        assertThat(domain.resources(TABLE))
                .allMatch(table -> table.get("DeletionPolicy").stringValue().equals("RetainExceptOnCreate"));
    }

    @Test
    void indexes_haveCapsOfTheirOwn() {
        for (JsonNode table : domain.properties(TABLE)) {
            assertThat(CloudTemplate.elements(table.get("GlobalSecondaryIndexes")))
                    .isNotEmpty()
                    .allMatch(index -> index.at("/WriteOnDemandThroughputSettings/MaxWriteRequestUnits")
                                    .intValue()
                            == 4000);
            assertThat(CloudTemplate.elements(table.get("Replicas")))
                    .flatExtracting(replica -> CloudTemplate.elements(replica.get("GlobalSecondaryIndexes")))
                    .isNotEmpty()
                    .allMatch(index -> index.at("/ReadOnDemandThroughputSettings/MaxReadRequestUnits")
                                    .intValue(0)
                            == 8000);
        }
    }

    @Test
    void functions_runOnArmFromASnapshotOfAPublishedVersion() {
        for (JsonNode function : functions()) {
            assertThat(function.get("Runtime").stringValue()).isEqualTo("java25");
            assertThat(function.at("/Architectures/0").stringValue()).isEqualTo("arm64");
            assertThat(function.at("/SnapStart/ApplyOn").stringValue()).isEqualTo("PublishedVersions");
            assertThat(function.has("LoggingConfig")).isTrue();
        }
        assertThat(domain.properties("AWS::Lambda::Alias"))
                .hasSize(2)
                .allMatch(alias ->
                        CloudTemplate.text(alias.get("FunctionVersion")).contains("CurrentVersion"));
    }

    @Test
    void versions_arePublishedAnewAtEveryDeployment_whateverTheirVariablesReferTo() {
        for (JsonNode function : functions()) {
            assertThat(CloudTemplate.text(function.get("Description"))).isEqualTo("revision ${Revision}");
        }
        for (CloudTemplate template : List.of(domain, home, away)) {
            assertThat(template.json().at("/Parameters/Revision/Type").stringValue())
                    .isEqualTo("String");
            assertThat(template.properties("AWS::Lambda::Version"))
                    .isNotEmpty()
                    .allMatch(version ->
                            CloudTemplate.text(version.get("Description")).equals("revision ${Revision}"));
        }
    }

    @Test
    void whatAFailedFirstDeploymentMade_goesWithIt() {
        assertThat(example.templates().values())
                .flatExtracting(
                        template -> List.copyOf(template.json().get("Resources").properties()))
                .filteredOn(resource ->
                        resource.getValue().path("DeletionPolicy").asString("").equals("Retain"))
                .isEmpty();
        assertThat(domain.resources("AWS::Scheduler::ScheduleGroup"))
                .hasSize(1)
                .allMatch(group -> group.get("DeletionPolicy").stringValue().equals("Delete"));
    }

    @Test
    void functionUrls_letNobodyThroughWithoutIam_andAreSeparate() {
        Stream.of(home, away, domain).forEach(template -> {
            JsonNode url = template.only("AWS::Lambda::Url");
            assertThat(url.get("AuthType").stringValue()).isEqualTo("AWS_IAM");
            assertThat(url.get("Qualifier").stringValue()).isEqualTo("live");
            assertThat(url.has("Cors")).isFalse();
            assertThat(template.resources("AWS::Lambda::Permission")).isEmpty();
        });
    }

    @Test
    void schedule_runsEveryPartEveryMinute() {
        List<JsonNode> schedules = domain.properties("AWS::Scheduler::Schedule");
        assertThat(schedules)
                .extracting(schedule -> schedule.at("/Target/Input").stringValue())
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 16)
                        .mapToObj(shard -> "{\"shard\":" + shard + "}")
                        .toList());
        assertThat(schedules)
                .allMatch(schedule ->
                        schedule.get("ScheduleExpression").stringValue().equals("rate(1 minute)")
                                && schedule.get("State").stringValue().equals("ENABLED")
                                && schedule.at("/Target/Arn/Ref").stringValue().startsWith("CheckLive")
                                && schedule.at("/Target/DeadLetterConfig/Arn/Fn::GetAtt/0")
                                        .stringValue()
                                        .startsWith("FailedChecks"));
    }

    @Test
    void runsThatFail_lieInAnEncryptedQueueThatAlarms() {
        JsonNode async = domain.only("AWS::Lambda::EventInvokeConfig");
        assertThat(CloudTemplate.text(async.at("/DestinationConfig/OnFailure/Destination")))
                .contains("FailedChecks");
        assertThat(async.get("MaximumRetryAttempts").intValue()).isZero();
        assertThat(domain.only("AWS::SQS::Queue").get("SqsManagedSseEnabled").booleanValue())
                .isTrue();
        assertThat(domain.only("AWS::SQS::QueuePolicy").toString()).contains("aws:SecureTransport");
        assertThat(alarms(domain)).contains("ApproximateNumberOfMessagesVisible");
    }

    @Test
    void alarms_watchFunctionsAndTables_andReachSomebody() {
        assertThat(alarms(domain))
                .containsOnlyOnce("ApproximateNumberOfMessagesVisible")
                .contains("Errors", "Throttles", "Duration", "ReadThrottleEvents", "WriteThrottleEvents");
        assertThat(alarms(away)).containsExactlyInAnyOrder("Errors", "Throttles", "Duration");
        Stream.of(domain, away)
                .flatMap(template -> template.properties("AWS::CloudWatch::Alarm").stream())
                .forEach(alarm -> assertThat(CloudTemplate.elements(alarm.get("AlarmActions")))
                        .hasSize(1));
        assertThat(away.only("AWS::SNS::Subscription").get("Endpoint").stringValue())
                .isEqualTo("ops@example.com");
        assertThat(away.only("AWS::SNS::TopicPolicy").toString()).contains("aws:SecureTransport");
    }

    @Test
    void alarmTopic_takesWhatCloudWatchOfThisAccountPublishes() {
        for (CloudTemplate template : List.of(home, away)) {
            JsonNode statements = template.only("AWS::SNS::TopicPolicy").at("/PolicyDocument/Statement");
            assertThat(CloudTemplate.elements(statements))
                    .filteredOn(
                            statement -> statement.get("Effect").stringValue().equals("Allow"))
                    .hasSize(1)
                    .allSatisfy(statement -> {
                        assertThat(statement.at("/Principal/Service").stringValue())
                                .isEqualTo("cloudwatch.amazonaws.com");
                        assertThat(statement.get("Action").stringValue()).isEqualTo("sns:Publish");
                        assertThat(CloudTemplate.text(statement.get("Resource")))
                                .startsWith("${Alarms");
                        assertThat(CloudTemplate.text(statement.at("/Condition/StringEquals/aws:SourceAccount")))
                                .isEqualTo("${AWS::AccountId}");
                    });
            // With a key of ours CloudWatch would need rights on it, too.
            assertThat(template.only("AWS::SNS::Topic").has("KmsMasterKeyId")).isFalse();
        }
    }

    @Test
    void logs_areKeptAsLongAsConfigured() {
        assertThat(domain.properties("AWS::Logs::LogGroup"))
                .hasSize(2)
                .allMatch(logs -> logs.get("RetentionInDays").intValue() == 90);
    }

    @Test
    void repository_scansImages_andItsTagsCanNotBeMoved() {
        Template.fromStack(stack("region-eu-central-1"))
                .hasResourceProperties(
                        "AWS::ECR::Repository",
                        Match.objectLike(Map.of(
                                "ImageTagMutability",
                                "IMMUTABLE",
                                "ImageScanningConfiguration",
                                Map.of("ScanOnPush", true))));
    }

    @Test
    void signingSecrets_areInNoTemplate() {
        assertThat(domain.only("AWS::Lambda::Function", "FunctionName", "anyhost-world-check")
                        .at("/Environment/Variables/ANYHOST_WEBHOOK_SECRETS")
                        .stringValue())
                .isEqualTo("{{resolve:secretsmanager:anyhost/webhook:SecretString:::}}");
    }

    private Stack stack(String name) {
        return example.stacks().stream()
                .filter(stack -> stack.getStackName().equals("anyhost-world-" + name))
                .findFirst()
                .orElseThrow();
    }

    private List<JsonNode> functions() {
        var functions = new ArrayList<>(domain.properties("AWS::Lambda::Function"));
        functions.add(away.only("AWS::Lambda::Function", "FunctionName", "anyhost-world-ask"));
        assertThat(functions).hasSize(3);
        return functions;
    }

    private List<String> regions(String table) {
        return CloudTemplate.elements(domain.only(TABLE, "TableName", table).get("Replicas")).stream()
                .map(replica -> replica.get("Region").stringValue())
                .toList();
    }

    private static List<String> alarms(CloudTemplate template) {
        return template.properties("AWS::CloudWatch::Alarm").stream()
                .map(alarm -> alarm.get("MetricName").stringValue())
                .toList();
    }
}
