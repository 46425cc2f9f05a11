package dev.anyhost.store;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/**
 * The few rows of the coordination table without which no process starts, copied to where every region reads them: into the
 * certificates' table, at home. What is secret in them stays encrypted.
 */
final class HomeCopies {

    private static final Logger LOG = LoggerFactory.getLogger(HomeCopies.class);
    private static final String NAME = "home";
    private static final String NOT_OLDER =
            "attribute_not_exists(hostname) OR attribute_not_exists(version) OR version <= :version";

    private final DynamoTable home;
    private final DynamoTable replica;
    private final Map<CoordinationKey, Map<String, AttributeValue>> kept = new ConcurrentHashMap<>();

    /**
     * For a process outside the home region.
     *
     * @param home the certificates' table there
     * @param replica the certificates' table here
     */
    HomeCopies(DynamoTable home, DynamoTable replica) {
        this.home = home.under(NAME);
        this.replica = replica.under(NAME);
    }

    /** Copies a row that was read, unless this process did so already: one PutItem. What fails is done at the next look. */
    void keep(CoordinationKey key, Map<String, AttributeValue> row) {
        if (row.isEmpty() || row.equals(kept.get(key))) {
            return;
        }
        Map<String, AttributeValue> copy = new HashMap<>(row);
        copy.keySet().removeAll(key.attributes().keySet());
        copy.putAll(home.key(key));
        try {
            home.dynamo()
                    .putItem(request -> request.tableName(home.name())
                            .item(copy)
                            .conditionExpression(NOT_OLDER)
                            .expressionAttributeValues(Map.of(":version", Attributes.number(SealedRow.version(row)))));
            kept.put(key, row);
        } catch (ConditionalCheckFailedException later) {
            kept.put(key, row);
        } catch (SdkException failed) {
            LOG.atWarn()
                    .addKeyValue("row", key)
                    .addKeyValue("reason", home.unreachable(failed))
                    .log("no copy for when home is away");
        }
    }

    /** The copy of a row; empty when there is none, or the replica can't be reached either. */
    Map<String, AttributeValue> find(CoordinationKey key) {
        try {
            return replica.get(replica.key(key), false);
        } catch (SdkException failed) {
            LOG.atWarn()
                    .addKeyValue("row", key)
                    .addKeyValue("reason", replica.unreachable(failed))
                    .log("copy not read");
            return Map.of();
        }
    }
}
