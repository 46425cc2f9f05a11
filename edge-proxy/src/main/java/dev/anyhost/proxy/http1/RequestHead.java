package dev.anyhost.proxy.http1;

/**
 * A request's head (RFC 9112 sections 3 and 5) that can be read in one way only.
 *
 * @param bytes the whole head; the other parts point into it
 * @param method as sent; methods are case-sensitive
 * @param targetFrom where the origin-form target (or {@code *}) begins; an absolute-form's authority is left out
 * @param targetTo where it ends
 * @param authority the Host field's value, or the absolute-form's authority, which must be the same
 * @param http11 whether the version is 1.1 rather than 1.0
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record RequestHead(
        byte[] bytes,
        String method,
        int targetFrom,
        int targetTo,
        String authority,
        boolean http11,
        Fields fields,
        BodyFraming framing) {

    static final int LONGEST_TARGET = 8 * 1024;
    private static final int LONGEST_METHOD = 20;

    /** Reads the bytes that {@link HeadBytes} took. */
    public static Parsed<RequestHead> parse(byte[] bytes) {
        int lineEnd = indexOf(bytes, (byte) '\r', 0);
        int methodEnd = indexOf(bytes, (byte) ' ', 0);
        if (methodEnd >= lineEnd || methodEnd > LONGEST_METHOD || !Octets.isToken(bytes, 0, methodEnd)) {
            return bad("method");
        }
        int targetEnd = indexOf(bytes, (byte) ' ', methodEnd + 1);
        if (targetEnd >= lineEnd || !Octets.isTarget(bytes, methodEnd + 1, targetEnd)) {
            return bad("request target");
        }
        if (targetEnd - methodEnd > LONGEST_TARGET) {
            return rejected(new Rejection(414, "request target over " + LONGEST_TARGET + " bytes"));
        }
        String version = Octets.text(bytes, targetEnd + 1, lineEnd);
        if (!version.equals("HTTP/1.1") && !version.equals("HTTP/1.0")) {
            return version.matches("HTTP/[0-9]\\.[0-9]") ? rejected(new Rejection(505, "version")) : bad("version");
        }
        var line = new Line(Octets.text(bytes, 0, methodEnd), methodEnd + 1, targetEnd, version.equals("HTTP/1.1"));
        return switch (Fields.parse(bytes, lineEnd + 2, bytes.length - 2)) {
            case Parsed.Head<Fields>(Fields fields) -> withFields(bytes, line, fields);
            case Parsed.Rejected<Fields>(Rejection rejection) -> rejected(rejection);
            case Parsed.Incomplete<Fields>() -> bad("fields");
        };
    }

    private record Line(String method, int targetFrom, int targetTo, boolean http11) {}

    private static Parsed<RequestHead> withFields(byte[] bytes, Line line, Fields fields) {
        int hosts = fields.countOf("host");
        if (hosts > 1 || (hosts == 0 && line.http11())) {
            return bad(hosts == 0 ? "no Host" : "more than one Host");
        }
        return switch (BodyFraming.of(fields, line.http11())) {
            case Parsed.Rejected<BodyFraming>(Rejection rejection) -> rejected(rejection);
            case Parsed.Incomplete<BodyFraming>() -> withFraming(bytes, line, fields, BodyFraming.NONE);
            case Parsed.Head<BodyFraming>(BodyFraming framing) -> withFraming(bytes, line, fields, framing);
        };
    }

    private static Parsed<RequestHead> withFraming(byte[] bytes, Line line, Fields fields, BodyFraming framing) {
        String host = fields.only("host").orElse("");
        int from = line.targetFrom();
        boolean asterisk = line.targetTo() - from == 1 && bytes[from] == '*';
        if (line.method().equals("CONNECT")) {
            return rejected(new Rejection(501, "CONNECT"));
        }
        if ((asterisk && line.method().equals("OPTIONS")) || bytes[from] == '/') {
            return new Parsed.Head<>(
                    new RequestHead(bytes, line.method(), from, line.targetTo(), host, line.http11(), fields, framing));
        }
        return absoluteForm(bytes, line, fields, framing);
    }

    /** RFC 9112 section 3.2.2; the authority must repeat the Host, so that no two parsers choose differently. */
    private static Parsed<RequestHead> absoluteForm(byte[] bytes, Line line, Fields fields, BodyFraming framing) {
        String target = Octets.text(bytes, line.targetFrom(), line.targetTo());
        int scheme = target.regionMatches(true, 0, "https://", 0, 8)
                ? 8
                : target.regionMatches(true, 0, "http://", 0, 7) ? 7 : -1;
        if (scheme < 0) {
            return bad("request target");
        }
        int path = target.indexOf('/', scheme);
        String authority = target.substring(scheme, path < 0 ? target.length() : path);
        String host = fields.only("host").orElse(authority);
        if (path < 0 || authority.isEmpty() || !authority.equalsIgnoreCase(host)) {
            return bad("request target's authority is not the Host");
        }
        return new Parsed.Head<>(new RequestHead(
                bytes, line.method(), line.targetFrom() + path, line.targetTo(), host, line.http11(), fields, framing));
    }

    /** The target, such as {@code /a?b=c}. */
    public String target() {
        return Octets.text(bytes, targetFrom, targetTo);
    }

    /** Whether the client will take another response on this connection (RFC 9112 section 9.3). */
    public boolean keepsAlive() {
        return http11 ? !fields.lists("connection", "close") : false;
    }

    private static Parsed<RequestHead> bad(String reason) {
        return rejected(Rejection.bad(reason));
    }

    private static Parsed<RequestHead> rejected(Rejection rejection) {
        return new Parsed.Rejected<>(rejection);
    }

    static int indexOf(byte[] bytes, byte octet, int from) {
        int i = from;
        while (i < bytes.length && bytes[i] != octet) {
            i++;
        }
        return i;
    }
}
