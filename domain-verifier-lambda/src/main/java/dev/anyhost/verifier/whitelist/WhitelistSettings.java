package dev.anyhost.verifier.whitelist;

import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where the whitelist is.
 *
 * @param region the AWS region of the table
 * @param endpoint DynamoDB's address when it isn't the region's own, such as DynamoDB Local's
 * @param table the table's name, as {@link #isTableName} allows
 * @param createTables whether a missing table is created, for development
 */
public record WhitelistSettings(String region, Optional<URI> endpoint, String table, boolean createTables) {

    /** The table's name unless configured. */
    public static final String DEFAULT_TABLE = "anyhost-domains";

    /** The region unless configured. */
    public static final String DEFAULT_REGION = "us-east-1";

    /** What {@link #isTableName} accepts. */
    public static final String TABLE_EXPECTED = "3 to 255 of a-z A-Z 0-9 _ . -";

    private static final Pattern TABLE = Pattern.compile("[a-zA-Z0-9_.-]{3,255}");

    /** Whether DynamoDB takes the text for a table's name. */
    public static boolean isTableName(String text) {
        return TABLE.matcher(text).matches();
    }
}
