package dev.anyhost.proxy.http1;

/** The value of a Host field: {@code uri-host [ ":" port ]} (RFC 9110 section 7.2). */
final class HostField {

    private static final int MAX_PORT_DIGITS = 5;

    private HostField() {}

    /** Whether the value is a host with or without port; user info and the empty value are neither. */
    static boolean isValid(byte[] bytes, int from, int to) {
        int end = hostEnd(bytes, from, to);
        if (end == from || to - end - 1 > MAX_PORT_DIGITS) {
            return false;
        }
        for (int i = end + 1; i < to; i++) {
            if (!Octets.isDigit(bytes[i])) {
                return false;
            }
        }
        return bytes[from] == '[' ? isLiteral(bytes, from, end) : isRegName(bytes, from, end);
    }

    /** Where the host ends and its port, if any, begins. */
    static int hostEnd(byte[] bytes, int from, int to) {
        for (int i = to - 1; i >= from; i--) {
            if (bytes[i] == ':') {
                return i;
            }
            if (bytes[i] == ']') {
                return to;
            }
        }
        return to;
    }

    private static boolean isRegName(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (!Octets.isRegName(bytes[i])) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLiteral(byte[] bytes, int from, int to) {
        if (bytes[to - 1] != ']' || to - from < 4) {
            return false;
        }
        for (int i = from + 1; i < to - 1; i++) {
            if (Octets.hex(bytes[i]) < 0 && bytes[i] != ':' && bytes[i] != '.') {
                return false;
            }
        }
        return true;
    }
}
