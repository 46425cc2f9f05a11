package dev.anyhost.infra.stack;

import java.util.List;
import java.util.Map;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.iam.PolicyDocument;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.iam.ServicePrincipalOpts;
import software.amazon.awscdk.services.lambda.EventInvokeConfigOptions;
import software.amazon.awscdk.services.lambda.IFunction;
import software.amazon.awscdk.services.lambda.destinations.SqsDestination;
import software.amazon.awscdk.services.scheduler.Schedule;
import software.amazon.awscdk.services.scheduler.ScheduleExpression;
import software.amazon.awscdk.services.scheduler.ScheduleGroup;
import software.amazon.awscdk.services.scheduler.ScheduleTargetInput;
import software.amazon.awscdk.services.scheduler.targets.LambdaInvoke;
import software.amazon.awscdk.services.sqs.Queue;

/**
 * Every minute one run for each part of the whitelist. A run that fails isn't tried again, since the next minute's is the
 * same; what couldn't even be delivered, and what failed, lies in the queue.
 */
final class CheckSchedule {

    /** {@code Whitelist.SHARDS}; a contract test holds the two together. */
    static final int SHARDS = 16;

    CheckSchedule(DeploymentStack stack, IFunction checker, Queue failed) {
        checker.configureAsyncInvoke(EventInvokeConfigOptions.builder()
                .retryAttempts(0)
                .maxEventAge(Duration.minutes(1))
                .onFailure(new SqsDestination(failed))
                .build());
        Role role = Role.Builder.create(stack, "ScheduleRole")
                .assumedBy(new ServicePrincipal(
                        "scheduler.amazonaws.com",
                        ServicePrincipalOpts.builder()
                                .conditions(Map.of("StringEquals", Map.of("aws:SourceAccount", stack.getAccount())))
                                .build()))
                .inlinePolicies(Map.of(
                        "rights",
                        PolicyDocument.Builder.create()
                                .statements(List.of(
                                        Rights.allow(
                                                List.of("lambda:InvokeFunction"), List.of(checker.getFunctionArn())),
                                        Rights.allow(List.of("sqs:SendMessage"), List.of(failed.getQueueArn()))))
                                .build()))
                .build();
        ScheduleGroup group = ScheduleGroup.Builder.create(stack, "Checks")
                .scheduleGroupName(stack.names().function("checks"))
                .removalPolicy(RemovalPolicy.DESTROY)
                .build();
        for (int shard = 0; shard < SHARDS; shard++) {
            Schedule.Builder.create(stack, "Check" + shard)
                    .scheduleGroup(group)
                    .schedule(ScheduleExpression.rate(Duration.minutes(1)))
                    .target(LambdaInvoke.Builder.create(checker)
                            .input(ScheduleTargetInput.fromObject(Map.of("shard", shard)))
                            .role(role.withoutPolicyUpdates())
                            .retryAttempts(0)
                            .maxEventAge(Duration.minutes(1))
                            .deadLetterQueue(failed)
                            .build())
                    .build();
        }
    }
}
