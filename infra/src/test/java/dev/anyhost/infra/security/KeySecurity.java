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

/** The two keys, their replicas, and what else holds customers' belongings. */
final class KeySecurity {

    private static final String KEY = "AWS::KMS::Key";
    private static final String REPLICA = "AWS::KMS::ReplicaKey";
    private static final String REPOSITORY = "AWS::ECR::Repository";

    /** Left alone when its stack or a replacement would delete it, but not where its first creation failed. */
    static final String KEPT = "RetainExceptOnCreate";

    private KeySecurity() {}

    static Stream<SecurityProperty> properties() {
        Example example = Example.threeRegions();
        return Stream.of(keys(example), replicas(example), repositories(example))
                .flatMap(properties -> properties);
    }

    private static Stream<SecurityProperty> keys(Example example) {
        return SecurityRule.of(
                example.templates("keys"),
                List.of(
                        each("keys are multi-Region", Place.of(KEY, "MultiRegion"), true, false),
                        each("keys are rotated", Place.of(KEY, "EnableKeyRotation"), true, false),
                        each("keys outlive their stack", new Place(KEY, "DeletionPolicy"), KEPT, "Delete"),
                        each("keys outlive a replacement", new Place(KEY, "UpdateReplacePolicy"), "Retain", "Delete"),
                        ofTheAccountOnly("keys are this account's only", KEY),
                        rule(
                                "tables and private keys have a key each",
                                template -> assertThat(template.resources(KEY)).hasSize(2),
                                Weakening.without(Place.whole(KEY)))));
    }

    private static Stream<SecurityProperty> replicas(Example example) {
        return SecurityRule.of(
                List.of(example.template("region-eu-central-1"), example.template("region-ap-northeast-1")),
                List.of(
                        each(
                                "replicas of keys outlive their stack",
                                new Place(REPLICA, "DeletionPolicy"),
                                KEPT,
                                "Delete"),
                        each(
                                "replicas of keys outlive a replacement",
                                new Place(REPLICA, "UpdateReplacePolicy"),
                                "Retain",
                                "Delete"),
                        leadsTo(
                                "replicas are of the home region's keys",
                                Place.of(REPLICA, "PrimaryKeyArn"),
                                "arn:${AWS::Partition}:kms:us-east-1:${AWS::AccountId}:key/"),
                        ofTheAccountOnly("replicas of keys are this account's only", REPLICA)));
    }

    /** IAM of this account says who may use it; nobody else's does. */
    private static SecurityRule ofTheAccountOnly(String name, String type) {
        Place statements = Place.of(type, "KeyPolicy/Statement");
        Place principals = Place.of(type, "KeyPolicy/Statement/*/Principal/AWS");
        return rule(
                name,
                template -> {
                    assertThat(template.properties(type))
                            .isNotEmpty()
                            .allSatisfy(key -> assertThat(CloudTemplate.elements(key.at("/KeyPolicy/Statement")))
                                    .hasSize(1));
                    assertThat(principals.values(template))
                            .containsOnly("arn:${AWS::Partition}:iam::${AWS::AccountId}:root");
                },
                Weakening.without(Place.of(type, "KeyPolicy")),
                Weakening.with(principals, "*"),
                Weakening.with(principals, List.of("arn:aws:iam::444455556666:root")),
                Weakening.adding(
                        statements,
                        Map.of("Effect", "Allow", "Action", "kms:Decrypt", "Resource", "*", "Principal", "*")));
    }

    private static Stream<SecurityProperty> repositories(Example example) {
        return SecurityRule.of(
                example.templates("region-"),
                List.of(
                        each(
                                "images' tags can't be moved",
                                Place.of(REPOSITORY, "ImageTagMutability"),
                                "IMMUTABLE",
                                "MUTABLE"),
                        each(
                                "images are scanned",
                                Place.of(REPOSITORY, "ImageScanningConfiguration/ScanOnPush"),
                                true,
                                false),
                        each("images outlive their stack", new Place(REPOSITORY, "DeletionPolicy"), KEPT, "Delete"),
                        SecurityRule.none(
                                "images are this account's only",
                                Place.of(REPOSITORY, "RepositoryPolicyText"),
                                Map.of("Statement", List.of(Map.of("Effect", "Allow", "Principal", "*"))))));
    }
}
