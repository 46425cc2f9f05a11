package dev.anyhost.infra.stack;

import io.github.cdklabs.cdknag.NagPackSuppression;
import io.github.cdklabs.cdknag.NagSuppressions;
import java.util.List;
import software.amazon.awscdk.Stack;
import software.constructs.IConstruct;

/** Findings of cdk-nag that we live with, each for a reason that stands in the template beside the resource. */
final class Accepted {

    private Accepted() {}

    static void finding(IConstruct construct, String rule, String reason) {
        NagSuppressions.addResourceSuppressions(
                construct,
                List.of(NagPackSuppression.builder().id(rule).reason(reason).build()));
    }

    /** A wildcard in the rights of a role and what is made for it. */
    static void wildcard(IConstruct role, String resource, String reason) {
        NagSuppressions.addResourceSuppressions(
                role,
                List.of(NagPackSuppression.builder()
                        .id("AwsSolutions-IAM5")
                        .appliesTo(List.of("Resource::" + resource))
                        .reason(reason)
                        .build()),
                true);
    }

    /** What the CDK's own function brings, which reads another region's parameters while a stack is deployed. */
    static void customResource(Stack stack) {
        NagSuppressions.addStackSuppressions(
                stack,
                List.of(NagPackSuppression.builder()
                        .id("AwsSolutions-IAM4")
                        .appliesTo(List.of("Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
                                + "AWSLambdaBasicExecutionRole"))
                        .reason(
                                "The CDK's function for custom resources writes its logs by it; it runs during deployments"
                                        + " only, and beyond that may read single parameters")
                        .build()));
    }
}
