package dev.anyhost.settings;

/**
 * One mistake in a configuration file.
 *
 * @param key the dotted key, such as {@code whitelist.table} or {@code resolvers[1]}; the file itself when none applies
 * @param value what the file says there, environment variables not filled in, since they may be secrets
 * @param expected what would be accepted
 */
public record ConfigError(String key, String value, String expected) {

    /** One line: {@code dotted.key: value (expected: …)}. */
    @Override
    public String toString() {
        return oneLine(key) + ": " + oneLine(value) + " (expected: " + expected + ")";
    }

    private static String oneLine(String text) {
        return text.codePoints()
                .map(c -> Character.isISOControl(c) ? ' ' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
