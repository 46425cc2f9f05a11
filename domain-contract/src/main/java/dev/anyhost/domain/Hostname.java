package dev.anyhost.domain;

import java.util.Optional;
import java.util.Set;

/**
 * A customer's hostname in its one canonical form: lower-case ASCII A-labels without a trailing dot.
 *
 * <p>SNI, the Host header, the whitelist and DNS answers all pass through {@link #parse}, so that no two sides of the
 * system ever disagree about which name is meant. Syntax is RFC 1123 section 2.1 with the length limits of RFC 1035
 * section 2.3.4: labels of 1 to 63 octets out of {@code a-z 0-9 -}, no hyphen at either end, at least two labels, at
 * most 253 octets in all. Not a customer's hostname although well-formed: an IPv4 literal (its last label is a number,
 * decimal or {@code 0x} hexadecimal: WHATWG URL section 3.5) and names under suffixes that are never public (RFC 6761, RFC 6762, RFC 8375, ICANN's
 * {@code .internal}).
 */
public final class Hostname implements Comparable<Hostname> {

    /** What {@link #parse} accepts, as the tail of an error message. */
    public static final String EXPECTED =
            "a public hostname of ASCII letters, digits, hyphens and dots, such as shop.example.com";

    private static final int MAX_LENGTH = 253;
    private static final int MAX_LABEL = 63;
    private static final Set<String> NEVER_PUBLIC = Set.of("local", "internal", "localhost");

    private final String value;

    private Hostname(String value) {
        this.value = value;
    }

    /**
     * Reads a hostname from untrusted text. Total: any input gives an answer.
     *
     * @return the canonical hostname, or empty when the text is none
     */
    public static Optional<Hostname> parse(CharSequence text) {
        int end = text.length();
        if (end > 0 && text.charAt(end - 1) == '.') {
            end--;
        }
        if (end == 0 || end > MAX_LENGTH) {
            return Optional.empty();
        }
        var canonical = new StringBuilder(end);
        int labelStart = 0;
        int labels = 0;
        for (int i = 0; i <= end; i++) {
            if (i == end || text.charAt(i) == '.') {
                if (!isLabel(canonical, labelStart)) {
                    return Optional.empty();
                }
                labels++;
                if (i < end) {
                    canonical.append('.');
                }
                labelStart = i + 1;
                continue;
            }
            char c = text.charAt(i);
            canonical.append(c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c);
        }
        String name = canonical.toString();
        return labels < 2 || isNeverPublic(name) ? Optional.empty() : Optional.of(new Hostname(name));
    }

    private static boolean isLabel(CharSequence name, int start) {
        int length = name.length() - start;
        if (length < 1 || length > MAX_LABEL || name.charAt(start) == '-' || name.charAt(name.length() - 1) == '-') {
            return false;
        }
        for (int i = start; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
            if (!allowed) {
                return false;
            }
        }
        return true;
    }

    private static boolean isNeverPublic(String name) {
        String last = name.substring(name.lastIndexOf('.') + 1);
        return isNumber(last) || NEVER_PUBLIC.contains(last) || name.equals("home.arpa") || name.endsWith(".home.arpa");
    }

    private static boolean isNumber(String label) {
        boolean hexadecimal = label.startsWith("0x");
        return label.substring(hexadecimal ? 2 : 0)
                .chars()
                .allMatch(c -> (c >= '0' && c <= '9') || (hexadecimal && c >= 'a' && c <= 'f'));
    }

    /** The canonical text. */
    public String value() {
        return value;
    }

    @Override
    public int compareTo(Hostname other) {
        return value.compareTo(other.value);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Hostname that && value.equals(that.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return value;
    }
}
