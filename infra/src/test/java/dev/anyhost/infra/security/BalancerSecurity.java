package dev.anyhost.infra.security;

import static dev.anyhost.infra.security.SecurityRule.each;
import static dev.anyhost.infra.security.SecurityRule.rule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.infra.CloudTemplate;
import dev.anyhost.infra.Container;
import dev.anyhost.infra.Example;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A fleet's load balancer: what it takes, whom it sends it to, and how it lets go of them. */
final class BalancerSecurity {

    private static final String BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer";
    private static final String LISTENER = "AWS::ElasticLoadBalancingV2::Listener";
    private static final String TARGETS = "AWS::ElasticLoadBalancingV2::TargetGroup";

    /** What ECS allows at most for a task to stop (AWS: ECS API, ContainerDefinition, stopTimeout). */
    private static final int LONGEST_STOP = 120;

    private BalancerSecurity() {}

    static Stream<SecurityProperty> properties() {
        List<CloudTemplate> fleets = Example.all()
                .flatMap(example -> example.templates("proxy-").stream())
                .toList();
        return Stream.of(balancer(), clients(), health(), drain()).flatMap(rules -> SecurityRule.of(fleets, rules));
    }

    private static List<SecurityRule> balancer() {
        Place mappings = Place.of(BALANCER, "SubnetMappings");
        return List.of(
                attribute(BALANCER, "what is between zones is said", "load_balancing.cross_zone.enabled", "true"),
                attribute(BALANCER, "the balancer is protected from deletion", "deletion_protection.enabled", "true"),
                each("visitors come by IPv4", Place.of(BALANCER, "IpAddressType"), "ipv4", "dualstack"),
                each(
                        "PrivateLink's callers pass the balancer's group",
                        Place.of(BALANCER, "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"),
                        "on",
                        "off"),
                rule(
                        "the balancer is in its own group only",
                        template -> assertThat(
                                        Place.of(BALANCER, "SecurityGroups/*").values(template))
                                .hasSize(1)
                                .allSatisfy(group -> assertThat(group).startsWith("${BalancerGroup")),
                        Weakening.without(Place.of(BALANCER, "SecurityGroups")),
                        Weakening.adding(Place.of(BALANCER, "SecurityGroups"), "sg-12345678")),
                rule(
                        "the balancer has an Elastic IP in every zone",
                        template -> assertThat(
                                        mappings.then("*").then("AllocationId").values(template))
                                .hasSameSizeAs(Place.whole("AWS::EC2::Subnet#NetworkPublic")
                                        .values(template))
                                .allSatisfy(address -> assertThat(address).startsWith("${Address")),
                        Weakening.without(mappings.then("*")),
                        Weakening.without(mappings.then("*").then("AllocationId"))),
                rule(
                        "listeners are TCP at 80 and 443",
                        template -> assertThat(template.properties(LISTENER))
                                .extracting(
                                        listener -> listener.path("Protocol").asString("") + " "
                                                + listener.path("Port").asInt(0))
                                .containsExactlyInAnyOrder("TCP 80", "TCP 443"),
                        Weakening.without(Place.whole(LISTENER)),
                        Weakening.with(Place.of(LISTENER, "Protocol"), "TCP_UDP"),
                        Weakening.with(Place.of(LISTENER, "Port"), 9180),
                        Weakening.beside(LISTENER, Map.of("Protocol", "TCP", "Port", 9180))));
    }

    /** Preservation would let in addresses that {@code listen.proxy-protocol-from} can't name. */
    private static List<SecurityRule> clients() {
        return List.of(
                attribute(TARGETS, "proxies learn the client by PROXY v2", "proxy_protocol_v2.enabled", "true"),
                attribute(
                        TARGETS,
                        "connections come from the network's addresses",
                        "preserve_client_ip.enabled",
                        "false"));
    }

    private static List<SecurityRule> health() {
        return List.of(
                each("health is asked for by HTTP", Place.of(TARGETS, "HealthCheckProtocol"), "HTTP", "TCP"),
                each("health is asked for at /health", Place.of(TARGETS, "HealthCheckPath"), "/health", "/"),
                each("health is asked for at port 8080", Place.of(TARGETS, "HealthCheckPort"), 8080, "traffic-port"),
                each("health is 200 and nothing else", Place.of(TARGETS, "Matcher/HttpCode"), 200, "200-499"));
    }

    private static List<SecurityRule> drain() {
        return List.of(
                asLongAsTheDrain("deregistration takes as long as the drain", "deregistration_delay.timeout_seconds"),
                asLongAsTheDrain(
                        "an unhealthy proxy has as long as the drain",
                        "target_health_state.unhealthy.draining_interval_seconds"),
                attribute(
                        TARGETS,
                        "deregistration ends no connection",
                        "deregistration_delay.connection_termination.enabled",
                        "false"),
                attribute(
                        TARGETS,
                        "an unhealthy proxy loses no connection",
                        "target_health_state.unhealthy.connection_termination.enabled",
                        "false"),
                rule(
                        "a task may take longer than its drain",
                        template -> assertThat(Container.of(template)
                                        .json()
                                        .path("StopTimeout")
                                        .asInt(0))
                                .isBetween(drain(template) + 1, LONGEST_STOP),
                        Weakening.without(Place.of("AWS::ECS::TaskDefinition", "ContainerDefinitions/*/StopTimeout")),
                        Weakening.with(
                                Place.of("AWS::ECS::TaskDefinition", "ContainerDefinitions/*/StopTimeout"), 30)));
    }

    private static Place attributeOf(String type, String key) {
        String list = type.equals(BALANCER) ? "LoadBalancerAttributes" : "TargetGroupAttributes";
        return Place.of(type, list + "/Key=" + key + "/Value");
    }

    private static SecurityRule attribute(String type, String name, String key, String value) {
        Place place = attributeOf(type, key);
        return each(name, place, value, value.equals("true") ? "false" : "true");
    }

    private static SecurityRule asLongAsTheDrain(String name, String key) {
        Place place = attributeOf(TARGETS, key);
        return rule(
                name,
                template -> assertThat(place.values(template)).containsOnly(Integer.toString(drain(template))),
                Weakening.without(place),
                Weakening.with(place, "0"));
    }

    private static int drain(CloudTemplate template) {
        Container container = Container.of(template);
        return container.seconds("ANYHOST_DRAIN_ANNOUNCE") + container.seconds("ANYHOST_DRAIN_GRACE");
    }
}
