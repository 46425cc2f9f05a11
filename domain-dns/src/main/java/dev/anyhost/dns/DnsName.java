package dev.anyhost.dns;

import dev.anyhost.domain.Hostname;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A name in the DNS, which needn't be a hostname: CNAME targets and labels such as {@code _anyhost} are wider.
 *
 * @param value in lower case, without the final dot; labels of letters, digits, {@code -} and {@code _}
 */
public record DnsName(String value) {

    /** What {@link #parse} accepts, as the tail of an error message. */
    public static final String EXPECTED = "a DNS name of labels of letters, digits, - and _, such as edge.example.com";

    private static final int MAX_LENGTH = 253;
    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]{1,63}(?:\\.[a-z0-9_-]{1,63})*");

    /** Reads a name from untrusted text, with or without the final dot. Total. */
    public static Optional<DnsName> parse(String text) {
        String name = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.length() <= MAX_LENGTH && NAME.matcher(lower).matches()
                ? Optional.of(new DnsName(lower))
                : Optional.empty();
    }

    /** The name of a hostname. */
    public static DnsName of(Hostname hostname) {
        return new DnsName(hostname.value());
    }

    /** One label in front of this name. */
    public DnsName child(String label) {
        return new DnsName(label + "." + value);
    }

    /** Without the first label; empty at the top. */
    public Optional<DnsName> parent() {
        int dot = value.indexOf('.');
        return dot < 0 ? Optional.empty() : Optional.of(new DnsName(value.substring(dot + 1)));
    }

    /** Whether it is below another name, at whatever depth. */
    public boolean isBelow(DnsName other) {
        return value.endsWith("." + other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
