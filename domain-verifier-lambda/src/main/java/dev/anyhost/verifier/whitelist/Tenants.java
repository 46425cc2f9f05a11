package dev.anyhost.verifier.whitelist;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/**
 * What the whitelist's table has of tenants, at keys that no hostname has: the label that makes a tenant's CNAME target
 * unguessable, and how many domains it has.
 */
public final class Tenants {

    private static final String PREFIX = "tenant#";
    private static final String LABEL = "label";
    private static final String DOMAINS = "domains";
    private static final String ATTEMPT = "attempt";
    private static final int LABEL_BITS = 80;
    private static final int BASE_32 = 32;
    private static final int LABEL_LENGTH = 17;

    private final DynamoDbClient dynamo;
    private final String table;

    Tenants(DynamoDbClient dynamo, String table) {
        this.dynamo = dynamo;
        this.table = table;
    }

    /** What was found out about a tenant. */
    public sealed interface Result {

        /** @param label the first label of its CNAME target: a letter, then letters and digits */
        record Tenant(String label, long domains) implements Result {}

        /** It has as many domains as it may have. */
        record Full(long domains) implements Result {}

        /** The table couldn't be asked, or has a row that this version can't read. */
        record Unreachable(String reason) implements Result {}
    }

    /** The tenant, whose label is made when it is first asked for and never changes; afterwards this only reads. */
    public Result find(String tenant) {
        try {
            var response = dynamo.getItem(request -> request.tableName(table).key(key(tenant)));
            return response.hasItem() ? read(response.item()) : update(tenant, 0, Long.MAX_VALUE);
        } catch (SdkException failed) {
            return new Result.Unreachable(Whitelist.reason(table, failed));
        }
    }

    /** Counts one more domain unless there are {@code quota} already. */
    public Result take(String tenant, long quota) {
        return update(tenant, 1, quota);
    }

    /** Counts one domain less, unless none is counted: rows that were there before anybody counted may go, too. */
    public Result giveBack(String tenant) {
        return update(tenant, -1, 0);
    }

    /** The SDK repeats a call whose answer was lost, so that the row names the attempt that counted last. */
    private Result update(String tenant, int change, long quota) {
        String attempt = UUID.randomUUID().toString();
        try {
            return read(
                    dynamo.updateItem(counting(tenant, change, quota, attempt)).attributes());
        } catch (ConditionalCheckFailedException notMet) {
            return Row.text(attempt).equals(notMet.item().get(ATTEMPT)) ? read(notMet.item()) : new Result.Full(quota);
        } catch (SdkException failed) {
            return new Result.Unreachable(Whitelist.reason(table, failed));
        }
    }

    private UpdateItemRequest counting(String tenant, int change, long quota, String attempt) {
        String possible = change < 0 ? "#domains > :quota" : "(attribute_not_exists(#domains) OR #domains < :quota)";
        return UpdateItemRequest.builder()
                .tableName(table)
                .key(key(tenant))
                .updateExpression(
                        "SET #label = if_not_exists(#label, :label), #attempt = :attempt ADD #domains :change")
                .conditionExpression(possible + " AND (attribute_not_exists(#attempt) OR #attempt <> :attempt)")
                .expressionAttributeNames(Map.of("#label", LABEL, "#domains", DOMAINS, "#attempt", ATTEMPT))
                .expressionAttributeValues(Map.of(
                        ":label", Row.text(label()),
                        ":attempt", Row.text(attempt),
                        ":change", Row.number(change),
                        ":quota", Row.number(quota)))
                .returnValues(ReturnValue.ALL_NEW)
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                .build();
    }

    private static Map<String, AttributeValue> key(String tenant) {
        return Map.of(DomainItem.HOSTNAME, Row.text(PREFIX + tenant));
    }

    private Result read(Map<String, AttributeValue> item) {
        var row = new Row(item);
        var tenant = new Result.Tenant(row.text(LABEL, "", Optional::of), Math.max(0, row.number(DOMAINS)));
        return row.damaged()
                .<Result>map(attribute -> new Result.Unreachable("table " + table + ": the row of "
                        + DomainItem.storedHostname(item) + " has no usable " + attribute))
                .orElse(tenant);
    }

    private static String label() {
        String digits = new BigInteger(LABEL_BITS, new SecureRandom()).toString(BASE_32);
        return "t" + "0".repeat(LABEL_LENGTH - 1 - digits.length()) + digits;
    }
}
