package dev.anyhost.proxy.http1;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The field lines of a head or of trailers (RFC 9112 section 5), as positions in its bytes. Names are tokens, values are
 * free of control characters, and a line ends with CRLF: no folding, no bare CR or LF, no space before the colon.
 */
public final class Fields {

    /** No fields. */
    public static final Fields NONE = new Fields(new byte[0]);

    static final int MOST = 100;
    private static final int POSITIONS = 4;

    private final byte[] bytes;
    private int[] positions = new int[16 * POSITIONS];
    private int count;

    private Fields(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Reads from {@code from} to {@code to}, which is where the empty line begins. */
    static Parsed<Fields> parse(byte[] bytes, int from, int to) {
        var fields = new Fields(bytes);
        int line = from;
        while (line < to) {
            int end = endOfLine(bytes, line, to);
            Rejection rejection = fields.add(line, end);
            if (rejection != null) {
                return new Parsed.Rejected<>(rejection);
            }
            line = end + 2;
        }
        return new Parsed.Head<>(fields);
    }

    private static int endOfLine(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to && bytes[i] != '\r') {
            i++;
        }
        return i;
    }

    private @Nullable Rejection add(int from, int end) {
        if (count == MOST) {
            return new Rejection(431, "more than " + MOST + " fields");
        }
        int colon = from;
        while (colon < end && bytes[colon] != ':') {
            colon++;
        }
        if (colon == end || !Octets.isToken(bytes, from, colon)) {
            return Rejection.bad("field name");
        }
        int valueFrom = colon + 1;
        int valueTo = end;
        while (valueFrom < valueTo && isBlank(bytes[valueFrom])) {
            valueFrom++;
        }
        while (valueTo > valueFrom && isBlank(bytes[valueTo - 1])) {
            valueTo--;
        }
        if (!Octets.isFieldValue(bytes, valueFrom, valueTo)) {
            return Rejection.bad("field value");
        }
        record(from, colon, valueFrom, valueTo);
        return null;
    }

    private static boolean isBlank(byte octet) {
        return octet == ' ' || octet == '\t';
    }

    private void record(int... line) {
        if (count * POSITIONS == positions.length) {
            positions = Arrays.copyOf(positions, positions.length * 2);
        }
        System.arraycopy(line, 0, positions, count * POSITIONS, POSITIONS);
        count++;
    }

    public int count() {
        return count;
    }

    /** Whether the name of line {@code i} is this lower-case name. */
    public boolean isNamed(int i, String lowerCase) {
        return Octets.equalsIgnoreCase(bytes, nameFrom(i), nameTo(i), lowerCase);
    }

    /** The name in lower case. */
    public String name(int i) {
        return Octets.text(bytes, nameFrom(i), nameTo(i)).toLowerCase(Locale.ROOT);
    }

    public String value(int i) {
        return Octets.text(bytes, positions[i * POSITIONS + 2], positions[i * POSITIONS + 3]);
    }

    /** The one value of a name; empty when there is none or several lines of it. */
    public Optional<String> only(String lowerCase) {
        int found = -1;
        for (int i = 0; i < count; i++) {
            if (isNamed(i, lowerCase)) {
                if (found >= 0) {
                    return Optional.empty();
                }
                found = i;
            }
        }
        return found < 0 ? Optional.empty() : Optional.of(value(found));
    }

    /** How many lines have this name. */
    public int countOf(String lowerCase) {
        int lines = 0;
        for (int i = 0; i < count; i++) {
            if (isNamed(i, lowerCase)) {
                lines++;
            }
        }
        return lines;
    }

    /** Whether a comma-separated list field (RFC 9110 section 5.6.1) has this member, apart from case. */
    public boolean lists(String lowerCaseName, String member) {
        for (int i = 0; i < count; i++) {
            if (isNamed(i, lowerCaseName)) {
                for (String item : value(i).split(",", -1)) {
                    if (item.strip().equalsIgnoreCase(member)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** The bytes that positions point into; not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    public int nameFrom(int i) {
        return positions[i * POSITIONS];
    }

    public int nameTo(int i) {
        return positions[i * POSITIONS + 1];
    }

    public int valueFrom(int i) {
        return positions[i * POSITIONS + 2];
    }

    public int valueTo(int i) {
        return positions[i * POSITIONS + 3];
    }
}
