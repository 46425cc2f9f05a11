package dev.anyhost.proxy.http1;

/**
 * A response's head (RFC 9112 sections 4 and 5) that can be read in one way only.
 *
 * @param status 100 to 599
 * @param reasonFrom where the reason phrase begins in {@code bytes}
 * @param reasonTo where it ends
 * @param framing of the body, given the request's method
 * @param http11 whether the version is 1.1 rather than 1.0
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record ResponseHead(
        byte[] bytes, int status, int reasonFrom, int reasonTo, boolean http11, Fields fields, BodyFraming framing) {

    private static final int STATUS_FROM = "HTTP/1.1 ".length();
    private static final int STATUS_TO = STATUS_FROM + 3;

    /** Reads the bytes that {@link HeadBytes} took, as the answer to a request of this method. */
    public static Parsed<ResponseHead> parse(byte[] bytes, String requestMethod) {
        int lineEnd = RequestHead.indexOf(bytes, (byte) '\r', 0);
        if (lineEnd < STATUS_TO) {
            return bad("status line");
        }
        String version = Octets.text(bytes, 0, STATUS_FROM);
        boolean http11 = version.equals("HTTP/1.1 ");
        int status = status(bytes);
        boolean phrase = lineEnd == STATUS_TO || bytes[STATUS_TO] == ' ';
        int reasonFrom = Math.min(STATUS_TO + 1, lineEnd);
        if (!(http11 || version.equals("HTTP/1.0 "))
                || status < 100
                || !phrase
                || !Octets.isFieldValue(bytes, reasonFrom, lineEnd)) {
            return bad("status line");
        }
        return switch (Fields.parse(bytes, lineEnd + 2, bytes.length - 2)) {
            case Parsed.Rejected<Fields>(Rejection rejection) -> new Parsed.Rejected<>(rejection);
            case Parsed.Incomplete<Fields>() -> bad("fields");
            case Parsed.Head<Fields>(Fields fields) ->
                framing(fields, http11, status, requestMethod) instanceof Parsed.Head<BodyFraming>(BodyFraming framing)
                        ? new Parsed.Head<>(
                                new ResponseHead(bytes, status, reasonFrom, lineEnd, http11, fields, framing))
                        : bad("body length");
        };
    }

    private static int status(byte[] bytes) {
        int status = 0;
        for (int i = STATUS_FROM; i < STATUS_TO; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                return -1;
            }
            status = status * 10 + bytes[i] - '0';
        }
        return status < 600 ? status : -1;
    }

    private static Parsed<BodyFraming> framing(Fields fields, boolean http11, int status, String requestMethod) {
        Parsed<BodyFraming> said = BodyFraming.of(fields, http11);
        boolean bodiless = status < 200 || status == 204 || status == 304 || requestMethod.equals("HEAD");
        if (said instanceof Parsed.Rejected<BodyFraming>) {
            return said;
        }
        if (bodiless) {
            return new Parsed.Head<>(BodyFraming.NONE);
        }
        return said instanceof Parsed.Incomplete<BodyFraming> ? new Parsed.Head<>(BodyFraming.UNTIL_CLOSE) : said;
    }

    /** Whether the origin will take another request on this connection. */
    public boolean keepsAlive() {
        return http11 && !fields.lists("connection", "close") && !(framing instanceof BodyFraming.UntilClose);
    }

    private static Parsed<ResponseHead> bad(String reason) {
        return new Parsed.Rejected<>(new Rejection(502, reason));
    }
}
