package dev.anyhost.proxy.http1;

import org.jspecify.annotations.Nullable;

/**
 * Reads field lines (RFC 9112 section 5) strictly: no folding, no blank before the colon, no empty name, no control
 * character but HTAB in a value. Line ends are CR LF; the scanner has already refused a LF without CR.
 */
final class FieldLines {

    private FieldLines() {}

    /**
     * Reads lines up to the empty one.
     *
     * @param from the first byte of the first line; the empty line must be within {@code into}'s bytes
     * @return what is wrong, or null
     */
    static @Nullable HeadError read(Fields into, int from, int maxFields) {
        byte[] bytes = into.bytes();
        int at = from;
        while (bytes[at] != Octets.CR) {
            if (into.size() == maxFields) {
                return HeadError.TOO_MANY_FIELDS;
            }
            if (Octets.isBlank(bytes[at])) {
                return HeadError.LINE_FOLDING;
            }
            int nameStart = at;
            boolean underscored = false;
            while (Octets.isToken(bytes[at])) {
                underscored |= bytes[at] == '_';
                at++;
            }
            int nameEnd = at;
            if (nameEnd == nameStart || bytes[at] != ':') {
                return HeadError.FIELD_NAME;
            }
            at++;
            while (Octets.isBlank(bytes[at])) {
                at++;
            }
            int valueStart = at;
            while (Octets.isFieldValue(bytes[at])) {
                at++;
            }
            if (bytes[at] != Octets.CR || bytes[at + 1] != Octets.LF) {
                return HeadError.CONTROL_CHARACTER;
            }
            int valueEnd = at;
            while (valueEnd > valueStart && Octets.isBlank(bytes[valueEnd - 1])) {
                valueEnd--;
            }
            into.add(nameStart, nameEnd, valueStart, valueEnd, name(bytes, nameStart, nameEnd, underscored));
            at += 2;
        }
        return bytes[at + 1] == Octets.LF ? null : HeadError.CONTROL_CHARACTER;
    }

    private static FieldName name(byte[] bytes, int from, int to, boolean underscored) {
        return underscored ? FieldName.UNDERSCORED : FieldName.of(bytes, from, to);
    }
}
