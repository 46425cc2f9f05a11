package dev.anyhost.infra;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.verifier.dns.Edge;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import software.amazon.awscdk.Stack;
import tools.jackson.databind.JsonNode;

/** What is in front of all regions, and the names that lead there. */
class AcceleratorTest {

    private final Example example = Example.threeRegions();
    private final CloudTemplate accelerator = example.template("accelerator");

    @Test
    void bothStacks_areWhereGlobalAcceleratorIs() {
        assertThat(example.stacks().stream()
                        .filter(stack -> Stream.of("addresses", "accelerator").anyMatch(stack.getStackName()::endsWith))
                        .map(Stack::getRegion))
                .containsExactly("us-west-2", "us-west-2");
    }

    @Test
    void accelerator_tellsItsAddresses() {
        assertThat(example.template("addresses").json().get("Outputs").toString())
                .contains("Ipv4Addresses");
    }

    @Test
    void groups_haveTheDialsAndWeightsOfTheConfiguration() {
        List<JsonNode> groups = accelerator.properties("AWS::GlobalAccelerator::EndpointGroup");
        assertThat(groups)
                .extracting(AcceleratorTest::shares)
                .containsExactlyInAnyOrder(
                        "us-east-1 100 [230, 25]",
                        "us-east-1 100 [230, 25]",
                        "eu-central-1 100 [128]",
                        "eu-central-1 100 [128]",
                        "ap-northeast-1 50 [128]",
                        "ap-northeast-1 50 [128]");
    }

    @Test
    void endpoints_areWhatEachFleetLeft_notTypedByHand() {
        assertThat(accelerator.properties("Custom::AWS"))
                .extracting(read -> CloudTemplate.text(read.get("Create")))
                .hasSize(4)
                .anyMatch(call -> call.contains("/anyhost/world/proxy/green/load-balancer-arn")
                        && call.contains("\"region\":\"us-east-1\""));
        String left = CloudTemplate.text(example.template("proxy-us-east-1-green")
                .only("AWS::SSM::Parameter", "Name", "/anyhost/world/proxy/green/load-balancer-arn")
                .get("Value"));
        assertThat(left).startsWith("${Balancer");
    }

    @Test
    void valuesOfOtherRegions_areReadAnewAtEveryDeployment_whileTheTemplateStaysTheSame() {
        assertThat(accelerator.json().at("/Parameters/Revision/Default").stringValue())
                .isEqualTo("0");
        assertThat(accelerator.properties("Custom::AWS"))
                .allMatch(read -> CloudTemplate.text(read.get("Create")).contains("#${Revision}"))
                .allMatch(read -> CloudTemplate.text(read.get("Update")).contains("#${Revision}"));
    }

    @Test
    void names_ofTheSharedAndOfEachTenantsTarget_leadToTheAccelerator() {
        for (String name : List.of(Edge.SHARED + ".edge.example.com.", "*.edge.example.com.")) {
            assertThat(aliases(accelerator, name)).containsExactly("A acceleratordnsname");
        }
    }

    @Test
    void zone_isMadeUnlessThereIsOne() {
        assertThat(accelerator.resources("AWS::Route53::HostedZone")).isEmpty();
        CloudTemplate alone = Example.oneRegion().template("accelerator");
        assertThat(alone.only("AWS::Route53::HostedZone").get("Name").stringValue())
                .isEqualTo("edge.example.com.");
        assertThat(alone.json().get("Outputs").has("NameServers")).isTrue();
    }

    /** Types of the records of a name, and the parameter that says where they lead. */
    private static List<String> aliases(CloudTemplate template, String name) {
        return template.properties("AWS::Route53::RecordSet").stream()
                .filter(names -> names.get("Name").stringValue().equals(name))
                .map(names -> names.get("Type").stringValue() + " "
                        + CloudTemplate.text(names.at("/AliasTarget/DNSName"))
                                .replaceAll(".*(accelerator[a-z]*dnsname).*", "$1"))
                .toList();
    }

    private static String shares(JsonNode group) {
        return group.get("EndpointGroupRegion").stringValue() + " "
                + group.get("TrafficDialPercentage").intValue() + " "
                + CloudTemplate.elements(group.get("EndpointConfigurations")).stream()
                        .map(endpoint -> endpoint.get("Weight").intValue())
                        .toList();
    }
}
