package dev.anyhost.infra;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/** The statements that a role has inline and by policies of its own. */
record Policies(List<JsonNode> statements) {

    private static final Pattern TABLE = Pattern.compile("arn:.*:dynamodb:([^:]+):.*:table/(.+)");
    private static final Pattern KEY = Pattern.compile("arn:.*:kms:([^:]+):.*:key/.*(?:keystablesid|TablesReplica).*");

    /** What another stack left. */
    private static final Pattern LEFT =
            Pattern.compile("\\$\\{SsmParameterValueanyhost(?:world|prod)([a-z]+?)[0-9A-F]{8}.*");

    /** Something of this stack: its logical id without the hash. */
    private static final Pattern MADE = Pattern.compile("\\$\\{([A-Za-z]+?)[0-9A-F]{8}(?:\\.Arn)?\\}");

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
        Stream<JsonNode> inline = template.json().get("Resources").properties().stream()
                .filter(resource -> resource.getKey().startsWith(role))
                .map(Map.Entry::getValue)
                .filter(resource -> resource.get("Type").stringValue().equals("AWS::IAM::Role"))
                .flatMap(resource -> elements(resource.at("/Properties/Policies")))
                .map(policy -> policy.get("PolicyDocument"));
        Stream<JsonNode> attached = template.properties("AWS::IAM::Policy").stream()
                .filter(policy -> elements(policy.get("Roles"))
                        .anyMatch(to -> to.path("Ref").asString("").startsWith(role)))
                .map(policy -> policy.get("PolicyDocument"));
        List<JsonNode> statements = Stream.concat(inline, attached)
                .flatMap(document -> elements(document.get("Statement")))
                .toList();
        if (statements.isEmpty()) {
            throw new AssertionError(template.name() + ": no rights of " + role);
        }
        return new Policies(statements);
    }

    private static Stream<JsonNode> elements(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }

    /** Those with an action of the service. */
    List<JsonNode> statementsWith(String prefix) {
        return statements.stream()
                .filter(statement -> CloudTemplate.texts(statement.get("Action")).stream()
                        .anyMatch(action -> action.startsWith(prefix)))
                .toList();
    }

    /** Each right: action and what it is on, a table with its region. */
    List<String> rights() {
        return statements.stream()
                .flatMap(statement -> CloudTemplate.texts(statement.get("Action")).stream()
                        .flatMap(action -> CloudTemplate.texts(statement.get("Resource")).stream()
                                .map(resource -> action + " " + place(resource))))
                .toList();
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
        Matcher made = MADE.matcher(arn);
        return made.matches() ? made.group(1) : arn;
    }
}
