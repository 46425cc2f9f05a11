package dev.anyhost.infra.stack;

import dev.anyhost.infra.config.Fleet;
import java.util.List;
import software.amazon.awscdk.ArnComponents;
import software.amazon.awscdk.Stack;

/**
 * What things are called in one deployment. Nothing is typed by hand: a stack that needs what another one made either
 * derives its name here, or reads it from a parameter that is named here.
 */
public record Names(String stage) {

    /** Global Accelerator's API is in one region only (AWS: Global Accelerator developer guide, "Endpoints and quotas"). */
    public static final String ACCELERATOR_REGION = "us-west-2";

    /** A value that one stack leaves for others, in the Parameter Store of its region. */
    enum Parameter {
        TABLES_KEY_ID("keys/tables-id"),
        SECRETS_KEY_ID("keys/secrets-id"),
        SECRETS_KEY_ARN("keys/secrets-arn"),
        ASK_URL("ask/url"),
        ASK_FUNCTION_ARN("ask/function-arn"),
        ALARM_TOPIC_ARN("alarms/topic-arn"),
        STATIC_ADDRESSES("accelerator/static-addresses"),
        ACCELERATOR_ARN("accelerator/arn"),
        ACCELERATOR_DNS_NAME("accelerator/dns-name"),
        API_URL("api/url");

        private final String path;

        Parameter(String path) {
            this.path = path;
        }
    }

    String parameter(Parameter parameter) {
        return "/anyhost/" + stage + "/" + parameter.path;
    }

    /** Where a fleet's load balancer's ARN is left. */
    String loadBalancerParameter(Fleet fleet) {
        return "/anyhost/" + stage + "/proxy/" + fleet.name() + "/load-balancer-arn";
    }

    String whitelist() {
        return "anyhost-" + stage + "-domains";
    }

    String certificates() {
        return "anyhost-" + stage + "-certificates";
    }

    String coordination() {
        return "anyhost-" + stage + "-coordination";
    }

    String repository() {
        return "anyhost-" + stage;
    }

    /** A function's name, such as {@code anyhost-prod-ask}. */
    String function(String function) {
        return "anyhost-" + stage + "-" + function;
    }

    /** A stack's id and name. */
    public String stack(String... parts) {
        return "anyhost-" + stage + "-" + String.join("-", List.of(parts));
    }

    static String tableArn(Stack stack, String region, String table) {
        return stack.formatArn(ArnComponents.builder()
                .service("dynamodb")
                .region(region)
                .resource("table")
                .resourceName(table)
                .build());
    }

    static String indexArn(Stack stack, String region, String table, String index) {
        return tableArn(stack, region, table) + "/index/" + index;
    }

    static String keyArn(Stack stack, String region, String keyId) {
        return stack.formatArn(ArnComponents.builder()
                .service("kms")
                .region(region)
                .resource("key")
                .resourceName(keyId)
                .build());
    }
}
