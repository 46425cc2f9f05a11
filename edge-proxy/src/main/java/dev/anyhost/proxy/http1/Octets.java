package dev.anyhost.proxy.http1;

import java.nio.charset.StandardCharsets;

/** Character classes of RFC 9110 section 5.6.2 and comparisons on bytes. */
final class Octets {

    private static final boolean[] TOKEN = tokens();

    private Octets() {}

    private static boolean[] tokens() {
        boolean[] tokens = new boolean[256];
        for (char c = 'a'; c <= 'z'; c++) {
            tokens[c] = true;
            tokens[c - 32] = true;
        }
        for (char c = '0'; c <= '9'; c++) {
            tokens[c] = true;
        }
        for (byte b : "!#$%&'*+-.^_`|~".getBytes(StandardCharsets.US_ASCII)) {
            tokens[b] = true;
        }
        return tokens;
    }

    static boolean isToken(byte[] bytes, int from, int to) {
        if (from >= to) {
            return false;
        }
        for (int i = from; i < to; i++) {
            if (!TOKEN[bytes[i] & 0xff]) {
                return false;
            }
        }
        return true;
    }

    /** Field values: visible octets, obs-text, space and tab; RFC 9110 section 5.5. */
    static boolean isFieldValue(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            int octet = bytes[i] & 0xff;
            if ((octet < ' ' && octet != '\t') || octet == 0x7f) {
                return false;
            }
        }
        return true;
    }

    /** The octets of a request target: visible ASCII; RFC 9112 section 3.2 with RFC 3986. */
    static boolean isTarget(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] <= ' ' || bytes[i] == 0x7f || bytes[i] == '#') {
                return false;
            }
        }
        return from < to;
    }

    static int lower(byte octet) {
        return octet >= 'A' && octet <= 'Z' ? octet + 32 : octet;
    }

    /** Whether the octets are this lower-case ASCII text, apart from case. */
    static boolean equalsIgnoreCase(byte[] bytes, int from, int to, String lowerCase) {
        if (to - from != lowerCase.length()) {
            return false;
        }
        for (int i = 0; i < lowerCase.length(); i++) {
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
