package dev.anyhost.infra.security;

import dev.anyhost.infra.CloudTemplate;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * What a role has: statements, inline and by policies of its own, and policies of others.
 *
 * @param managed the ARNs of others' policies
 */
record Policies(List<JsonNode> statements, List<String> managed) {

    private static final Pattern TABLE = Pattern.compile("arn:.*:dynamodb:([^:]+):.*:table/(.+)");
    private static final Pattern KEY = Pattern.compile("arn:.*:kms:([^:]+):.*:key/.*(?:keystablesid|TablesReplica).*");

    /** What another stack left. */
    private static final Pattern LEFT =
            Pattern.compile("\\$\\{SsmParameterValueanyhost(?:world|prod)([a-z]+?)[0-9A-F]{8}.*");

    /** What DynamoDB needs of a table's key for whoever uses the table. */
    static final List<String> KEY_ACTIONS = List.of(
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo");

    /** @param role the beginning of its logical id */
    static Policies of(CloudTemplate template, String role) {
        List<JsonNode> roles = template.json().get("Resources").properties().stream()
                .filter(resource -> resource.getKey().startsWith(role))
                .map(Map.Entry::getValue)
                .filter(resource -> resource.get("Type").stringValue().equals("AWS::IAM::Role"))
                .toList();
        Stream<JsonNode> inline = roles.stream().flatMap(made -> elements(made.at("/Properties/Policies")));
        Stream<JsonNode> attached = Stream.of("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
                .flatMap(type -> template.properties(type).stream())
                .filter(policy -> elements(policy.path("Roles"))
                        .anyMatch(to -> to.path("Ref").asString("").startsWith(role)));
        List<JsonNode> statements = Stream.concat(inline, attached)
                .flatMap(policy -> elements(policy.at("/PolicyDocument/Statement")))
                .toList();
        if (statements.isEmpty()) {
            throw new AssertionError(template.name() + ": no rights of " + role);
        }
        List<String> managed = roles.stream()
                .flatMap(made -> CloudTemplate.texts(made.at("/Properties/ManagedPolicyArns")).stream())
                .toList();
        return new Policies(statements, managed);
    }

    private static Stream<JsonNode> elements(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }

    /** Those with an action of the service. */
    List<JsonNode> statementsWith(String prefix) {
        return statements.stream()
                .filter(statement -> CloudTemplate.texts(statement.path("Action")).stream()
                        .anyMatch(action -> action.startsWith(prefix)))
                .toList();
    }

    /** Each right: action and what it is on, a table with its region; and what others' policies give. */
    List<String> rights() {
        return Stream.concat(
                        statements.stream().flatMap(Policies::rights),
                        managed.stream().map(policy -> "whatever " + policy))
                .toList();
    }

    private static Stream<String> rights(JsonNode statement) {
        return named(statement, "Action")
                .flatMap(action -> named(statement, "Resource").map(resource -> action + " " + resource));
    }

    /** What isn't named by {@code Action} or {@code Resource} is named by what it is not. */
    private static Stream<String> named(JsonNode statement, String what) {
        return statement.has(what)
                ? CloudTemplate.texts(statement.get(what)).stream().map(Policies::place)
                : CloudTemplate.texts(statement.path("Not" + what)).stream().map(but -> "all but " + but);
    }

    private static String place(String arn) {
        Matcher table = TABLE.matcher(arn);
        if (table.matches()) {
            return table.group(1) + " " + table.group(2);
        }
        Matcher key = KEY.matcher(arn);
        if (key.matches()) {
            return key.group(1) + " ${TablesKey}";
        }
        Matcher left = LEFT.matcher(arn);
        if (left.matches()) {
            return left.group(1);
        }
        return CloudTemplate.made(arn);
    }
}
