package dev.anyhost.proxy.http1;

import org.jspecify.annotations.Nullable;

/**
 * A status line (RFC 9112 section 4).
 *
 * @param end just past the line's CR LF
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared; the bytes are the head's own.
record StatusLine(byte[] head, int status, boolean http10, int end) {

    static final int STATUS_AT = 9;
    static final int REASON_AT = 13;
    private static final int SHORTEST = 12;

    /** Null when the line is malformed. A missing blank before an empty reason is let pass: many origins do that. */
    static @Nullable StatusLine read(byte[] head) {
        int lineEnd = 0;
        while (Octets.isFieldValue(head[lineEnd])) {
            lineEnd++;
        }
        if (head[lineEnd] != Octets.CR || head[lineEnd + 1] != Octets.LF || lineEnd < SHORTEST) {
            return null;
        }
        String line = Octets.text(head, 0, STATUS_AT);
        if (!line.equals("HTTP/1.1 ") && !line.equals("HTTP/1.0 ")) {
            return null;
        }
        int status = 0;
        for (int i = STATUS_AT; i < SHORTEST; i++) {
            if (!Octets.isDigit(head[i])) {
                return null;
            }
            status = status * 10 + (head[i] - '0');
        }
        boolean reasonless = lineEnd == SHORTEST;
        if (status < 100 || status > 599 || (!reasonless && head[SHORTEST] != Octets.SP)) {
            return null;
        }
        return new StatusLine(head, status, line.charAt(7) == '0', lineEnd + 2);
    }
}
