package dev.anyhost.verifier;

import dev.anyhost.settings.ConfigValues;
import dev.anyhost.verifier.whitelist.WhitelistSettings;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * The configuration of the Lambda functions: {@code ANYHOST_WHITELIST_TABLE}, {@code ANYHOST_WHITELIST_REGION} (the
 * function's own region unless set) and {@code ANYHOST_WHITELIST_ENDPOINT} (DynamoDB's own unless set). Functions never
 * create tables.
 */
final class LambdaEnvironment {

    private static final String TABLE = "ANYHOST_WHITELIST_TABLE";
    private static final String REGION = "ANYHOST_WHITELIST_REGION";
    private static final String ENDPOINT = "ANYHOST_WHITELIST_ENDPOINT";

    /** Set by Lambda itself. */
    private static final String OWN_REGION = "AWS_REGION";

    private LambdaEnvironment() {}

    /**
     * Reads the environment.
     *
     * @throws IllegalArgumentException naming the variable and what was expected: the function can't start
     */
    static WhitelistSettings whitelist(Map<String, String> environment) {
        String table = environment.getOrDefault(TABLE, WhitelistSettings.DEFAULT_TABLE);
        if (!WhitelistSettings.isTableName(table)) {
            throw wrong(TABLE, table, WhitelistSettings.TABLE_EXPECTED);
        }
        String ownRegion = environment.getOrDefault(OWN_REGION, WhitelistSettings.DEFAULT_REGION);
        return new WhitelistSettings(
                environment.getOrDefault(REGION, ownRegion),
                Optional.ofNullable(environment.get(ENDPOINT)).map(LambdaEnvironment::endpoint),
                table,
                false);
    }

    private static URI endpoint(String text) {
        return ConfigValues.url(text).orElseThrow(() -> wrong(ENDPOINT, text, ConfigValues.URL_EXPECTED));
    }

    private static IllegalArgumentException wrong(String variable, String value, String expected) {
        return new IllegalArgumentException(variable + ": " + value + " (expected: " + expected + ")");
    }
}
