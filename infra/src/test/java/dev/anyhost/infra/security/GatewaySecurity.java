package dev.anyhost.infra.security;

import static dev.anyhost.infra.security.SecurityRule.each;
import static dev.anyhost.infra.security.SecurityRule.leadsTo;
import static dev.anyhost.infra.security.SecurityRule.rule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.infra.CloudTemplate;
import dev.anyhost.infra.Example;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** What a fleet's network shares with AWS and with others' networks. */
final class GatewaySecurity {

    private static final String GATEWAY = "AWS::EC2::VPCEndpoint";
    private static final String TABLES = GATEWAY + "#NetworkDynamoDb";
    private static final String LAYERS = GATEWAY + "#NetworkS3";
    private static final String SERVICE = "AWS::EC2::VPCEndpointService";
    private static final String FLOW_LOG = "AWS::EC2::FlowLog";

    private GatewaySecurity() {}

    static Stream<SecurityProperty> properties() {
        Example example = Example.threeRegions();
        List<CloudTemplate> plain = Example.oneRegion().templates("proxy-");
        List<CloudTemplate> fleets = example.templates("proxy-");
        Stream<SecurityProperty> regions = example.config().regions().stream()
                .flatMap(region -> SecurityRule.of(
                        example.templates("proxy-" + region.name()),
                        List.of(tables(region.name()), layers(region.name()))));
        return Stream.of(
                        SecurityRule.of(fleets, List.of(gateways(), routes())),
                        regions,
                        SecurityRule.of(fleets, List.of(acceptance(), principals())),
                        SecurityRule.of(plain, List.of(noService())),
                        SecurityRule.of(fleets, List.of(flows(), flowsKept(), flowsOfTheNetwork())))
                .flatMap(properties -> properties);
    }

    private static SecurityRule gateways() {
        return each("DynamoDB and layers have gateways", Place.of(GATEWAY, "VpcEndpointType"), "Gateway", "Interface");
    }

    private static SecurityRule routes() {
        Place tables = Place.of(GATEWAY, "RouteTableIds/*");
        return rule(
                "every private subnet leads to both gateways",
                template -> assertThat(tables.values(template))
                        .hasSize(2
                                * Place.whole("AWS::EC2::Subnet#NetworkPrivate")
                                        .values(template)
                                        .size())
                        .allSatisfy(table -> assertThat(table).startsWith("${NetworkPrivateSubnet")),
                Weakening.without(tables),
                Weakening.with(tables, Map.of("Ref", "NetworkPublicSubnet1RouteTable")),
                Weakening.without(Place.whole(GATEWAY)));
    }

    /** Without a policy of its own a gateway lets through what anybody carries to whatever table. */
    private static SecurityRule tables(String region) {
        return rule(
                "DynamoDB's gateway lets through what the proxy does with tables here, and nothing else",
                template -> assertThat(let(template, TABLES))
                        .isNotEmpty()
                        .containsExactlyInAnyOrderElementsOf(Policies.of(template, "TaskRole").rights().stream()
                                .filter(right -> right.matches("dynamodb:\\w+ " + region + " anyhost-world-.*"))
                                .toList()),
                widened(TABLES));
    }

    private static SecurityRule layers(String region) {
        return rule(
                "S3's gateway lets through layers of images, and nothing else",
                template -> assertThat(let(template, LAYERS))
                        .containsExactly(
                                "s3:GetObject arn:${AWS::Partition}:s3:::prod-" + region + "-starport-layer-bucket/*"),
                widened(LAYERS));
    }

    private static List<String> let(CloudTemplate template, String gateway) {
        List<JsonNode> statements = Place.of(gateway, "PolicyDocument/Statement/*").in(template.json()).stream()
                .map(template.json()::at)
                .toList();
        return new Policies(statements, List.of()).rights();
    }

    private static Weakening[] widened(String gateway) {
        Place statements = Place.of(gateway, "PolicyDocument/Statement");
        return new Weakening[] {
            Weakening.without(Place.of(gateway, "PolicyDocument")),
            Weakening.with(statements.then("*").then("Action"), "*"),
            Weakening.with(statements.then("*").then("Resource"), "*"),
            Weakening.adding(statements, Map.of("Effect", "Allow", "Principal", "*", "Action", "*", "Resource", "*"))
        };
    }

    private static SecurityRule acceptance() {
        return each(
                "PrivateLink's callers are accepted one by one", Place.of(SERVICE, "AcceptanceRequired"), true, false);
    }

    private static SecurityRule principals() {
        Place allowed = Place.of("AWS::EC2::VPCEndpointServicePermissions", "AllowedPrincipals");
        return rule(
                "PrivateLink is for allowed principals only",
                template -> assertThat(allowed.then("*").values(template))
                        .containsExactly("arn:aws:iam::111122223333:root"),
                Weakening.with(allowed.then("*"), "*"),
                Weakening.adding(allowed, "arn:aws:iam::444455556666:root"),
                Weakening.without(allowed));
    }

    private static SecurityRule noService() {
        return rule(
                "PrivateLink is off unless asked for",
                template -> assertThat(template.resources(SERVICE)).isEmpty(),
                Weakening.beside(SERVICE, Map.of("AcceptanceRequired", true)));
    }

    private static SecurityRule flows() {
        return each("flow logs are of all traffic", Place.of(FLOW_LOG, "TrafficType"), "ALL", "REJECT")
                .alsoLostBy(Weakening.without(Place.whole(FLOW_LOG)));
    }

    private static SecurityRule flowsKept() {
        return leadsTo("flow logs have a log whose life is set", Place.of(FLOW_LOG, "LogGroupName"), "${FlowLogs");
    }

    private static SecurityRule flowsOfTheNetwork() {
        return leadsTo("flow logs are of the whole network", Place.of(FLOW_LOG, "ResourceId"), "${Network");
    }
}
