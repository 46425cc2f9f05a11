package dev.anyhost.infra.security;

import static dev.anyhost.infra.security.SecurityRule.each;
import static dev.anyhost.infra.security.SecurityRule.none;
import static dev.anyhost.infra.security.SecurityRule.rule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.infra.CloudTemplate;
import dev.anyhost.infra.Example;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A fleet's network: proxies are in private, and nothing but the load balancer reaches them. */
final class NetworkSecurity {

    private static final String SUBNET = "AWS::EC2::Subnet";
    private static final String ROUTE = "AWS::EC2::Route";
    private static final String INGRESS = "AWS::EC2::SecurityGroupIngress";
    private static final String EGRESS = "AWS::EC2::SecurityGroupEgress";
    private static final String GROUP = "AWS::EC2::SecurityGroup";
    private static final String TASK_GROUP = GROUP + "#TaskGroup";
    private static final String BALANCER_GROUP = GROUP + "#BalancerGroup";
    private static final Place WIRES = Place.of("AWS::ECS::Service", "NetworkConfiguration/AwsvpcConfiguration");
    private static final Map<String, Object> EVERYTHING =
            Map.of("CidrIp", "0.0.0.0/0", "IpProtocol", "tcp", "FromPort", 0, "ToPort", 65_535);

    private NetworkSecurity() {}

    static Stream<SecurityProperty> properties() {
        List<CloudTemplate> plain = Example.oneRegion().templates("proxy-");
        List<CloudTemplate> ranged = Example.threeRegions().templates("proxy-");
        List<CloudTemplate> fleets =
                Stream.concat(plain.stream(), ranged.stream()).toList();
        return Stream.of(
                        SecurityRule.of(fleets, List.of(subnets(), addresses(), subnetAddresses(), routes())),
                        SecurityRule.of(fleets, List.of(group(), ownIngress(), ingress())),
                        SecurityRule.of(fleets, List.of(ownEgress(), egress())),
                        SecurityRule.of(
                                plain,
                                List.of(admitted(
                                        "everybody reaches 80 and 443, and no other port", List.of("0.0.0.0/0")))),
                        SecurityRule.of(ranged, List.of(sourceRanges())))
                .flatMap(properties -> properties);
    }

    private static SecurityRule subnets() {
        return rule(
                "proxies are in private subnets",
                template -> assertThat(WIRES.then("Subnets").then("*").values(template))
                        .hasSameSizeAs(Place.whole(SUBNET + "#NetworkPrivate").values(template))
                        .allSatisfy(subnet -> assertThat(subnet).startsWith("${NetworkPrivateSubnet")),
                Weakening.with(WIRES.then("Subnets").then("*"), Map.of("Ref", "NetworkPublicSubnet1Subnet")),
                Weakening.without(WIRES.then("Subnets")));
    }

    private static SecurityRule addresses() {
        return each("proxies have no public address", WIRES.then("AssignPublicIp"), "DISABLED", "ENABLED");
    }

    private static SecurityRule subnetAddresses() {
        return each("subnets give no public addresses", Place.of(SUBNET, "MapPublicIpOnLaunch"), false, true);
    }

    private static SecurityRule routes() {
        return rule(
                "private subnets have a way out and none in",
                template -> assertThat(template.properties(ROUTE))
                        .filteredOn(route ->
                                CloudTemplate.text(route.at("/RouteTableId")).contains("PrivateSubnet"))
                        .isNotEmpty()
                        .allSatisfy(route -> {
                            assertThat(route.has("GatewayId")).isFalse();
                            assertThat(route.has("NatGatewayId") || route.has("EgressOnlyInternetGatewayId"))
                                    .isTrue();
                        }),
                Weakening.with(Place.of(ROUTE + "#NetworkPrivate", "GatewayId"), Map.of("Ref", "NetworkIGW")),
                Weakening.without(Place.of(ROUTE + "#NetworkPrivate", "NatGatewayId")),
                Weakening.beside(
                        ROUTE,
                        Map.of(
                                "RouteTableId", Map.of("Ref", "NetworkPrivateSubnet1RouteTable"),
                                "GatewayId", Map.of("Ref", "NetworkIGW"))));
    }

    private static SecurityRule group() {
        Place groups = WIRES.then("SecurityGroups");
        return rule(
                "proxies are in their own group only",
                template -> assertThat(groups.then("*").values(template))
                        .hasSize(1)
                        .allSatisfy(group -> assertThat(group).startsWith("${TaskGroup")),
                Weakening.without(groups),
                Weakening.with(groups.then("*"), Map.of("Fn::GetAtt", List.of("BalancerGroup", "GroupId"))),
                Weakening.adding(groups, "sg-12345678"));
    }

    private static SecurityRule ownIngress() {
        return none("proxies accept no address", Place.of(TASK_GROUP, "SecurityGroupIngress"), List.of(EVERYTHING));
    }

    private static SecurityRule ingress() {
        return rule(
                "proxies accept the load balancer only, on two ports",
                template -> assertThat(rules(template, INGRESS, "SourceSecurityGroupId"))
                        .containsExactlyInAnyOrder(
                                "tcp 8080-8080 of TaskGroup for BalancerGroup",
                                "tcp 8443-8443 of TaskGroup for BalancerGroup"),
                Weakening.with(Place.of(INGRESS, "SourceSecurityGroupId"), "sg-12345678"),
                Weakening.with(Place.of(INGRESS, "CidrIp"), "0.0.0.0/0"),
                Weakening.with(Place.of(INGRESS, "CidrIpv6"), "::/0"),
                Weakening.with(Place.of(INGRESS, "FromPort"), 0),
                Weakening.with(Place.of(INGRESS, "ToPort"), 65_535),
                Weakening.with(Place.of(INGRESS, "IpProtocol"), "-1"),
                Weakening.beside(INGRESS, EVERYTHING));
    }

    private static SecurityRule ownEgress() {
        return none(
                "the load balancer reaches no address",
                Place.of(BALANCER_GROUP, "SecurityGroupEgress"),
                List.of(EVERYTHING));
    }

    private static SecurityRule egress() {
        return rule(
                "the load balancer reaches proxies only, on two ports",
                template -> assertThat(rules(template, EGRESS, "DestinationSecurityGroupId"))
                        .containsExactlyInAnyOrder(
                                "tcp 8080-8080 of BalancerGroup for TaskGroup",
                                "tcp 8443-8443 of BalancerGroup for TaskGroup"),
                // Without any rule a group may reach everything.
                Weakening.without(Place.whole(EGRESS)),
                Weakening.with(Place.of(EGRESS, "DestinationSecurityGroupId"), "sg-12345678"),
                Weakening.with(Place.of(EGRESS, "CidrIp"), "0.0.0.0/0"),
                Weakening.with(Place.of(EGRESS, "ToPort"), 65_535),
                Weakening.beside(EGRESS, EVERYTHING));
    }

    /** Each rule that is a resource: protocol, ports, whose it is, and for whom. */
    private static List<String> rules(CloudTemplate template, String type, String peer) {
        return template.properties(type).stream()
                .map(rule -> rule.path("IpProtocol").asString("") + " "
                        + rule.path("FromPort").asInt(-1) + "-"
                        + rule.path("ToPort").asInt(-1) + " of "
                        + CloudTemplate.made(rule.path("GroupId")) + " for "
                        + Stream.of(peer, "CidrIp", "CidrIpv6")
                                .map(whom -> CloudTemplate.made(rule.path(whom)))
                                .collect(Collectors.joining()))
                .toList();
    }

    /** Port 80 is for everybody: authorities ask for http-01 answers there, from addresses that they don't tell. */
    private static SecurityRule admitted(String name, List<String> networks) {
        Place admitted = Place.of(BALANCER_GROUP, "SecurityGroupIngress");
        List<String> expected = Stream.concat(
                        Stream.of("0.0.0.0/0 tcp 80-80"), networks.stream().map(network -> network + " tcp 443-443"))
                .toList();
        return rule(
                name,
                template -> assertThat(admitted.then("*").in(template.json()))
                        .extracting(template.json()::at)
                        .extracting(rule -> rule.path("CidrIp").asString("")
                                + rule.path("CidrIpv6").asString("") + " "
                                + rule.path("IpProtocol").asString("") + " "
                                + rule.path("FromPort").asInt(-1) + "-"
                                + rule.path("ToPort").asInt(-1))
                        .containsExactlyInAnyOrderElementsOf(expected),
                Weakening.adding(admitted, EVERYTHING),
                Weakening.with(admitted.then("*").then("FromPort"), 1),
                Weakening.with(admitted.then("*").then("ToPort"), 65_535),
                Weakening.with(admitted.then("*").then("CidrIpv6"), "::/0"));
    }

    private static SecurityRule sourceRanges() {
        return admitted(
                        "only the source ranges reach 443, and everybody 80",
                        List.of("203.0.113.0/24", "198.51.100.0/24"))
                .alsoLostBy(Weakening.with(
                        Place.of(BALANCER_GROUP, "SecurityGroupIngress/FromPort=443/CidrIp"), "0.0.0.0/0"));
    }
}
