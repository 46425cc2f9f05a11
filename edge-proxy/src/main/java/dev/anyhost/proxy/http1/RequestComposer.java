package dev.anyhost.proxy.http1;

import io.netty.util.AsciiString;

/** Makes a request's head of parts, by way of its bytes and the one parser. */
public final class RequestComposer {

    private static final AsciiString VERSION = AsciiString.cached("HTTP/1.1");

    private final FieldsComposer fields = new FieldsComposer();

    /**
     * A request without fields yet.
     *
     * @param target in origin-form, or {@code *}: other forms are for HTTP/1.1 only
     */
    public RequestComposer(AsciiString method, AsciiString target) {
        fields.line(method, target, VERSION);
        if (target.isEmpty() || (target.byteAt(0) != '/' && !target.contentEquals("*"))) {
            fields.refuse(HeadError.REQUEST_LINE);
        }
    }

    public FieldsComposer fields() {
        return fields;
    }

    /** The head, or what is wrong with it. */
    public Parsed<RequestHead> head(Http1Limits limits) {
        HeadError error = fields.error();
        if (error != null) {
            return new Parsed.Rejected<>(error);
        }
        byte[] head = fields.end();
        return head.length > limits.head()
                ? new Parsed.Rejected<>(HeadError.HEAD_TOO_LARGE)
                : RequestParser.read(head, limits);
    }
}
