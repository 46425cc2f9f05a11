package dev.anyhost.infra.security;

import static dev.anyhost.infra.security.SecurityRule.each;
import static dev.anyhost.infra.security.SecurityRule.leadsTo;
import static dev.anyhost.infra.security.SecurityRule.none;
import static dev.anyhost.infra.security.SecurityRule.rule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.infra.CloudTemplate;
import dev.anyhost.infra.Example;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** What starts the checker, where its failures lie, and who hears of what is wrong. */
final class MessageSecurity {

    private static final String SCHEDULE = "AWS::Scheduler::Schedule";
    private static final String FAILURES = "AWS::Lambda::EventInvokeConfig";
    private static final String QUEUE = "AWS::SQS::Queue";
    private static final String QUEUE_POLICY = "AWS::SQS::QueuePolicy";
    private static final String TOPIC = "AWS::SNS::Topic";
    private static final String TOPIC_POLICY = "AWS::SNS::TopicPolicy";
    private static final String ALARM = "AWS::CloudWatch::Alarm";

    private MessageSecurity() {}

    static Stream<SecurityProperty> properties() {
        Example example = Example.threeRegions();
        List<CloudTemplate> domain = example.templates("domain");
        return Stream.of(
                        SecurityRule.of(domain, schedule()),
                        SecurityRule.of(domain, deadLetters()),
                        SecurityRule.of(
                                domain,
                                alarms(Stream.of(
                                                Stream.of("ApproximateNumberOfMessagesVisible FailedChecks"),
                                                watched("Domains", "Duration", "Errors", "Throttles"),
                                                watched("Check", "Duration", "Errors", "Throttles"),
                                                watched("Whitelist", "ReadThrottleEvents", "WriteThrottleEvents"),
                                                watched("Certificates", "ReadThrottleEvents", "WriteThrottleEvents"),
                                                watched("Coordination", "ReadThrottleEvents", "WriteThrottleEvents"))
                                        .flatMap(watched -> watched))),
                        SecurityRule.of(example.templates("region-"), topic()),
                        SecurityRule.of(
                                example.templates("region-"),
                                alarms(watched("Ask", "Duration", "Errors", "Throttles"))),
                        SecurityRule.of(
                                example.templates("proxy-"),
                                alarms(Stream.of(
                                        "CPUUtilization Cluster Service",
                                        "PortAllocationErrorCount Balancer",
                                        "UnHealthyHostCount Balancer Targets443"))))
                .flatMap(properties -> properties);
    }

    private static List<SecurityRule> schedule() {
        return List.of(
                leadsTo("schedules run the published checker", Place.of(SCHEDULE, "Target/Arn"), "${CheckLive"),
                leadsTo("schedules have a role of their own", Place.of(SCHEDULE, "Target/RoleArn"), "${ScheduleRole"),
                leadsTo(
                        "runs that can't be delivered are put aside",
                        Place.of(SCHEDULE, "Target/DeadLetterConfig/Arn"),
                        "${FailedChecks"),
                each("schedules are on", Place.of(SCHEDULE, "State"), "ENABLED", "DISABLED"));
    }

    private static List<SecurityRule> deadLetters() {
        Place statements = Place.of(QUEUE_POLICY, "PolicyDocument/Statement");
        return List.of(
                leadsTo(
                        "runs that fail are put aside",
                        Place.of(FAILURES, "DestinationConfig/OnFailure/Destination"),
                        "${FailedChecks"),
                each("dead letters are encrypted", Place.of(QUEUE, "SqsManagedSseEnabled"), true, false),
                each("dead letters are kept for two weeks", Place.of(QUEUE, "MessageRetentionPeriod"), 1_209_600, 60),
                rule(
                        "dead letters travel by TLS only, and the queue lets nobody in past IAM",
                        template -> assertThat(statements(template.only(QUEUE_POLICY)))
                                .containsExactly("Deny {\"AWS\":\"*\"} sqs:* FailedChecks"
                                        + " {\"Bool\":{\"aws:SecureTransport\":\"false\"}}"),
                        Weakening.without(Place.whole(QUEUE_POLICY)),
                        Weakening.without(Place.of(QUEUE_POLICY, "PolicyDocument/Statement/*")),
                        Weakening.with(Place.of(QUEUE_POLICY, "PolicyDocument/Statement/*/Action"), "sqs:SendMessage"),
                        Weakening.without(Place.of(QUEUE_POLICY, "PolicyDocument/Statement/*/Condition")),
                        Weakening.adding(statements, everybody("sqs:ReceiveMessage"))));
    }

    private static List<SecurityRule> topic() {
        Place statements = Place.of(TOPIC_POLICY, "PolicyDocument/Statement");
        return List.of(
                rule(
                        "alarms' topic takes what CloudWatch of this account publishes, by TLS, and nothing else",
                        template -> assertThat(statements(template.only(TOPIC_POLICY)))
                                .containsExactlyInAnyOrder(
                                        "Deny * sns:Publish Alarms {\"Bool\":{\"aws:SecureTransport\":\"false\"}}",
                                        "Allow {\"Service\":\"cloudwatch.amazonaws.com\"} sns:Publish Alarms"
                                                + " {\"StringEquals\":{\"aws:SourceAccount\":{\"Ref\":\"AWS::AccountId\"}}}"),
                        Weakening.without(Place.of(TOPIC_POLICY, "PolicyDocument/Statement/*")),
                        Weakening.without(Place.of(TOPIC_POLICY, "PolicyDocument/Statement/*/Condition")),
                        Weakening.with(Place.of(TOPIC_POLICY, "PolicyDocument/Statement/Effect=Allow/Principal"), "*"),
                        Weakening.with(Place.of(TOPIC_POLICY, "PolicyDocument/Statement/Effect=Allow/Action"), "sns:*"),
                        Weakening.adding(statements, everybody("sns:Subscribe"))),
                // With a key of ours CloudWatch would need rights on it, too, and be silent without.
                none("CloudWatch needs no key to publish alarms", Place.of(TOPIC, "KmsMasterKeyId"), "alias/aws/sns"),
                each(
                        "alarms reach the operator",
                        Place.of("AWS::SNS::Subscription", "Endpoint"),
                        "ops@example.com",
                        "nobody@example.com"));
    }

    /** Exactly these metrics, of these things, and each alarm goes to the topic. */
    private static List<SecurityRule> alarms(Stream<String> watched) {
        List<String> expected = watched.toList();
        Place actions = Place.of(ALARM, "AlarmActions");
        return List.of(
                rule(
                        "alarms watch all that is there",
                        template -> assertThat(template.properties(ALARM))
                                .extracting(MessageSecurity::watched)
                                .containsExactlyInAnyOrderElementsOf(expected),
                        Weakening.without(Place.whole(ALARM)),
                        Weakening.with(Place.of(ALARM, "Dimensions/*/Value"), "another")),
                rule(
                        "alarms go to the topic",
                        template -> assertThat(actions.values(template))
                                .isNotEmpty()
                                .allMatch(to -> to.toLowerCase(Locale.ROOT).contains("alarms")),
                        Weakening.without(actions),
                        Weakening.with(actions, List.of())),
                none("alarms are on", Place.of(ALARM, "ActionsEnabled"), false));
    }

    private static Stream<String> watched(String thing, String... metrics) {
        return Stream.of(metrics).map(metric -> metric + " " + thing);
    }

    private static String watched(JsonNode alarm) {
        return CloudTemplate.elements(alarm.get("Dimensions")).stream()
                .map(dimension -> CloudTemplate.made(dimension.at("/Value")))
                .reduce(alarm.get("MetricName").stringValue(), (all, thing) -> all + " " + thing);
    }

    private static List<String> statements(JsonNode policy) {
        return CloudTemplate.elements(policy.at("/PolicyDocument/Statement")).stream()
                .map(statement -> Stream.of("/Effect", "/Principal", "/Action")
                                .map(field -> CloudTemplate.text(statement.at(field)))
                                .reduce((one, other) -> one + " " + other)
                                .orElseThrow()
                        + " " + CloudTemplate.made(statement.at("/Resource")) + " " + statement.at("/Condition"))
                .toList();
    }

    private static Map<String, Object> everybody(String action) {
        return Map.of("Effect", "Allow", "Principal", "*", "Action", action, "Resource", "*");
    }
}
