package dev.anyhost.proxy.http1;

import java.nio.charset.StandardCharsets;

/** Character classes of RFC 9110 section 5.6 and RFC 3986, as one table look-up per byte. */
final class Octets {

    static final byte CR = '\r';
    static final byte LF = '\n';
    static final byte SP = ' ';
    static final byte HTAB = '\t';

    private static final byte TOKEN = 1;
    private static final byte VALUE = 2;
    private static final byte TARGET = 4;
    private static final byte HOST = 8;
    private static final byte[] CLASSES = classes();

    private Octets() {}

    private static byte[] classes() {
        byte[] classes = new byte[256];
        for (int c = 0x20; c < 256; c++) {
            classes[c] |= c == 0x7f ? 0 : VALUE;
        }
        classes[HTAB] |= VALUE;
        for (int c = 0x21; c < 0x7f; c++) {
            classes[c] |= c == '#' ? 0 : TARGET;
        }
        String alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        mark(classes, alphanumeric + "!#$%&'*+-.^_`|~", TOKEN);
        mark(classes, alphanumeric + "-._~%!$&'()*+,;=", HOST);
        return classes;
    }

    private static void mark(byte[] classes, String members, byte as) {
        for (byte c : members.getBytes(StandardCharsets.US_ASCII)) {
            classes[c] |= as;
        }
    }

    /** tchar, RFC 9110 section 5.6.2. */
    static boolean isToken(byte c) {
        return (CLASSES[c & 0xff] & TOKEN) != 0;
    }

    /** field-vchar, SP or HTAB, RFC 9110 section 5.5. */
    static boolean isFieldValue(byte c) {
        return (CLASSES[c & 0xff] & VALUE) != 0;
    }

    /** Visible ASCII without {@code #}: browsers send more than RFC 3986 allows in queries, never a fragment. */
    static boolean isTarget(byte c) {
        return (CLASSES[c & 0xff] & TARGET) != 0;
    }

    /** A reg-name's characters, RFC 3986 section 3.2.2. */
    static boolean isRegName(byte c) {
        return (CLASSES[c & 0xff] & HOST) != 0;
    }

    static boolean isDigit(byte c) {
        return c >= '0' && c <= '9';
    }

    static boolean isBlank(byte c) {
        return c == SP || c == HTAB;
    }

    /** The value of a hexadecimal digit, or -1. */
    static int hex(byte c) {
        if (isDigit(c)) {
            return c - '0';
        }
        int letter = c | 0x20;
        return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
    }

    static byte lower(byte c) {
        return c >= 'A' && c <= 'Z' ? (byte) (c + 0x20) : c;
    }

    /** Whether the bytes are {@code lowerCase}, not minding ASCII case. */
    static boolean equalsIgnoringCase(byte[] bytes, int from, int to, byte[] lowerCase) {
        if (to - from != lowerCase.length) {
            return false;
        }
        for (int i = 0; i < lowerCase.length; i++) {
            if (lower(bytes[from + i]) != lowerCase[i]) {
                return false;
            }
        }
        return true;
    }

    static boolean equalsIgnoringCase(byte[] bytes, int from, int to, String lowerCase) {
        if (to - from != lowerCase.length()) {
            return false;
        }
        for (int i = 0; i < to - from; i++) {
            if (lower(bytes[from + i]) != lowerCase.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }
}
