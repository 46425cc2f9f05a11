package dev.anyhost.infra;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Keys, tables, functions and schedule, as three regions have them; {@code security} has what protects them. */
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
    void replicasOfBothKeys_areInEveryOtherRegion_butNotAtHome() {
        assertThat(away.resources("AWS::KMS::ReplicaKey")).hasSize(2);
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
    void functions_runJavaOnArm() {
        for (JsonNode function : functions()) {
            assertThat(function.get("Runtime").stringValue()).isEqualTo("java25");
            assertThat(function.at("/Architectures/0").stringValue()).isEqualTo("arm64");
        }
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
    void schedule_runsEveryPartEveryMinute() {
        List<JsonNode> schedules = domain.properties("AWS::Scheduler::Schedule");
        assertThat(schedules)
                .extracting(schedule -> schedule.at("/Target/Input").stringValue())
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 16)
                        .mapToObj(shard -> "{\"shard\":" + shard + "}")
                        .toList());
        assertThat(schedules)
                .allMatch(schedule ->
                        schedule.get("ScheduleExpression").stringValue().equals("rate(1 minute)"));
    }

    @Test
    void runsThatFail_areNotTriedAgain() {
        assertThat(domain.only("AWS::Lambda::EventInvokeConfig")
                        .get("MaximumRetryAttempts")
                        .intValue())
                .isZero();
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
}
