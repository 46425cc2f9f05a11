package dev.anyhost.infra.stack;

import java.util.List;
import java.util.Map;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.PolicyStatement;

/** Statements that allow exactly some actions on exactly some things. docs/aws-permissions.md says which, and why. */
final class Rights {

    /** What DynamoDB does with the key of a table for whoever reads or writes it. */
    private static final List<String> KEY_ACTIONS = List.of(
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo");

    private Rights() {}

    static PolicyStatement allow(List<String> actions, List<String> resources) {
        return PolicyStatement.Builder.create()
                .actions(actions)
                .resources(resources)
                .build();
    }

    /** The tables' key, for DynamoDB only: nobody decrypts anything with it on his own. */
    static PolicyStatement tablesKey(Stack stack, List<String> regions, String keyId) {
        return PolicyStatement.Builder.create()
                .actions(KEY_ACTIONS)
                .resources(regions.stream()
                        .map(region -> Names.keyArn(stack, region, keyId))
                        .toList())
                .conditions(Map.of(
                        "StringEquals",
                        Map.of(
                                "kms:ViaService",
                                regions.stream()
                                        .map(region -> "dynamodb." + region + ".amazonaws.com")
                                        .toList())))
                .build();
    }
}
