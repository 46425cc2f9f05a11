package dev.anyhost.infra.security;

import static dev.anyhost.infra.security.SecurityRule.each;
import static dev.anyhost.infra.security.SecurityRule.rule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.infra.CloudTemplate;
import dev.anyhost.infra.Example;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What is in front of all regions: addresses that customers wrote down, and what gets through there. */
final class EntranceSecurity {

    private static final String ACCELERATOR = "AWS::GlobalAccelerator::Accelerator";
    private static final String LISTENER = "AWS::GlobalAccelerator::Listener";
    private static final String GROUP = "AWS::GlobalAccelerator::EndpointGroup";
    private static final String ZONE = "AWS::Route53::HostedZone";

    private EntranceSecurity() {}

    static Stream<SecurityProperty> properties() {
        List<Example> examples = Example.all().toList();
        return Stream.of(
                        SecurityRule.of(templates(examples, "addresses"), addresses()),
                        SecurityRule.of(templates(examples, "accelerator"), List.of(listeners())),
                        SecurityRule.of(templates(examples, "accelerator"), groups()),
                        SecurityRule.of(Example.oneRegion().templates("accelerator"), zone()))
                .flatMap(properties -> properties);
    }

    private static List<CloudTemplate> templates(List<Example> examples, String name) {
        return examples.stream().map(example -> example.template(name)).toList();
    }

    /** Customers' apex records hold them: what is lost is lost for good. */
    private static List<SecurityRule> addresses() {
        return List.of(
                each(
                        "addresses outlive their stack",
                        new Place(ACCELERATOR, "DeletionPolicy"),
                        KeySecurity.KEPT,
                        "Delete"),
                each(
                        "addresses outlive a replacement",
                        new Place(ACCELERATOR, "UpdateReplacePolicy"),
                        "Retain",
                        "Delete"),
                each("addresses are IPv4", Place.of(ACCELERATOR, "IpAddressType"), "IPV4", "DUAL_STACK"));
    }

    private static SecurityRule listeners() {
        return rule(
                "the accelerator takes TCP at 80 and 443",
                template -> assertThat(template.properties(LISTENER))
                        .extracting(
                                listener -> listener.path("Protocol").asString("") + " " + listener.path("PortRanges"))
                        .containsExactlyInAnyOrder(
                                "TCP [{\"FromPort\":80,\"ToPort\":80}]", "TCP [{\"FromPort\":443,\"ToPort\":443}]"),
                Weakening.without(Place.whole(LISTENER)),
                Weakening.with(Place.of(LISTENER, "Protocol"), "UDP"),
                Weakening.with(Place.of(LISTENER, "PortRanges/*/ToPort"), 65_535),
                Weakening.adding(Place.of(LISTENER, "PortRanges"), Map.of("FromPort", 9180, "ToPort", 9180)),
                Weakening.beside(LISTENER, Map.of("Protocol", "TCP")));
    }

    private static List<SecurityRule> groups() {
        return List.of(
                each(
                        "the client's address gets to the balancer's source ranges",
                        Place.of(GROUP, "EndpointConfigurations/*/ClientIPPreservationEnabled"),
                        true,
                        false),
                each("regions' health is asked for by HTTP", Place.of(GROUP, "HealthCheckProtocol"), "HTTP", "TCP"),
                each("regions' health is asked for at /health", Place.of(GROUP, "HealthCheckPath"), "/health", "/"),
                each("regions' health is asked for at port 80", Place.of(GROUP, "HealthCheckPort"), 80, 443),
                each("regions' health is asked for every 30 s", Place.of(GROUP, "HealthCheckIntervalSeconds"), 30, 300),
                each("a region is left after three failures", Place.of(GROUP, "ThresholdCount"), 3, 10));
    }

    private static List<SecurityRule> zone() {
        return List.of(
                each("the zone outlives its stack", new Place(ZONE, "DeletionPolicy"), KeySecurity.KEPT, "Delete"),
                each("the zone outlives a replacement", new Place(ZONE, "UpdateReplacePolicy"), "Retain", "Delete"));
    }
}
