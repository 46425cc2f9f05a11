package dev.anyhost.proxy.http1;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * A request line (RFC 9112 section 3) as offsets into the head.
 *
 * @param head the whole head
 * @param authorityStart for an absolute-form target its authority, else {@code authorityEnd} as well is 0
 * @param targetStart the target's origin-form part; nothing when an absolute-form ends with its authority
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared; the bytes are the head's own.
record RequestLine(
        byte[] head,
        int methodEnd,
        int authorityStart,
        int authorityEnd,
        int targetStart,
        int targetEnd,
        boolean http10,
        int end) {

    private static final int MAX_METHOD = 32;
    private static final byte[] HTTP = "HTTP/".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] HTTP_SCHEME = "http://".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] HTTPS_SCHEME = "https://".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CONNECT = "connect".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OPTIONS = "options".getBytes(StandardCharsets.US_ASCII);

    sealed interface Read {
        record Line(RequestLine line) implements Read {}

        record Refused(HeadError error) implements Read {}
    }

    static Read read(byte[] head, int maxTarget) {
        int methodEnd = 0;
        while (Octets.isToken(head[methodEnd])) {
            methodEnd++;
        }
        if (methodEnd == 0 || methodEnd > MAX_METHOD || head[methodEnd] != Octets.SP) {
            return refused(HeadError.REQUEST_LINE);
        }
        int targetStart = methodEnd + 1;
        int targetEnd = targetStart;
        while (Octets.isTarget(head[targetEnd])) {
            targetEnd++;
        }
        if (targetEnd - targetStart > maxTarget) {
            return refused(HeadError.TARGET_TOO_LONG);
        }
        if (targetEnd == targetStart || head[targetEnd] != Octets.SP) {
            return refused(HeadError.REQUEST_LINE);
        }
        return version(head, methodEnd, targetStart, targetEnd);
    }

    private static Read version(byte[] head, int methodEnd, int targetStart, int targetEnd) {
        int at = targetEnd + 1;
        int lineEnd = at;
        while (head[lineEnd] != Octets.CR) {
            lineEnd++;
        }
        boolean versioned = lineEnd - at == HTTP.length + 3
                && startsWith(head, at, HTTP)
                && Octets.isDigit(head[at + 5])
                && head[at + 6] == '.'
                && Octets.isDigit(head[at + 7])
                && head[lineEnd + 1] == Octets.LF;
        if (!versioned) {
            return refused(HeadError.REQUEST_LINE);
        }
        if (head[at + 5] != '1' || head[at + 7] > '1') {
            return refused(HeadError.VERSION);
        }
        boolean http10 = head[at + 7] == '0';
        if (Octets.equalsIgnoringCase(head, 0, methodEnd, CONNECT)) {
            return refused(HeadError.METHOD_REFUSED);
        }
        return form(head, methodEnd, targetStart, targetEnd, http10, lineEnd + 2);
    }

    /** RFC 9112 section 3.2: origin-form, absolute-form, or {@code OPTIONS *}. */
    private static Read form(byte[] head, int methodEnd, int start, int targetEnd, boolean http10, int end) {
        if (head[start] == '/') {
            return new Read.Line(new RequestLine(head, methodEnd, 0, 0, start, targetEnd, http10, end));
        }
        if (head[start] == '*' && targetEnd == start + 1) {
            return isOptions(head, methodEnd)
                    ? new Read.Line(new RequestLine(head, methodEnd, 0, 0, start, targetEnd, http10, end))
                    : refused(HeadError.REQUEST_LINE);
        }
        int scheme = schemeLength(head, start, targetEnd);
        if (scheme == 0) {
            return refused(HeadError.REQUEST_LINE);
        }
        int authority = start + scheme;
        int path = authority;
        while (path < targetEnd && head[path] != '/' && head[path] != '?') {
            path++;
        }
        return path == authority
                ? refused(HeadError.REQUEST_LINE)
                : new Read.Line(new RequestLine(head, methodEnd, authority, path, path, targetEnd, http10, end));
    }

    private static int schemeLength(byte[] head, int from, int to) {
        for (byte[] scheme : new byte[][] {HTTP_SCHEME, HTTPS_SCHEME}) {
            if (to - from > scheme.length && Octets.equalsIgnoringCase(head, from, from + scheme.length, scheme)) {
                return scheme.length;
            }
        }
        return 0;
    }

    private static boolean startsWith(byte[] head, int from, byte[] prefix) {
        for (int i = 0; i < prefix.length; i++) {
            if (head[from + i] != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isOptions(byte[] head, int methodEnd) {
        return Octets.equalsIgnoringCase(head, 0, methodEnd, OPTIONS);
    }

    private static Read refused(HeadError error) {
        return new Read.Refused(error);
    }

    /** Methods are case-sensitive (RFC 9110 section 9.1). */
    boolean isMethod(byte[] name) {
        return methodEnd == name.length && startsWith(head, 0, name);
    }

    String method() {
        return switch (methodEnd) {
            case 3 -> head[0] == 'G' && head[1] == 'E' && head[2] == 'T' ? "GET" : Octets.text(head, 0, methodEnd);
            default -> Octets.text(head, 0, methodEnd);
        };
    }

    boolean isAbsolute() {
        return authorityEnd > 0;
    }

    String target() {
        String written = Octets.text(head, targetStart, targetEnd);
        if (!isAbsolute() || written.startsWith("/")) {
            return written;
        }
        return (written.isEmpty() && isOptions(head, methodEnd)) ? "*" : "/" + written;
    }

    void writeTo(ByteBuf out) {
        out.writeBytes(head, 0, methodEnd);
        out.writeByte(Octets.SP);
        if (isAbsolute() && (targetStart == targetEnd || head[targetStart] != '/')) {
            out.writeCharSequence(target(), StandardCharsets.US_ASCII);
        } else {
            out.writeBytes(head, targetStart, targetEnd - targetStart);
        }
    }
}
