package dev.anyhost.proxy.http1;

import io.netty.util.AsciiString;

/** Makes a response's head of parts, by way of its bytes and the one parser. */
public final class ResponseComposer {

    private static final AsciiString VERSION = AsciiString.cached("HTTP/1.1");
    private static final BodyFraming NOTHING = new BodyFraming.Fixed(0);
    private static final BodyFraming UNKNOWN = new BodyFraming.Chunked();

    private final FieldsComposer fields = new FieldsComposer();

    /**
     * A response without fields yet.
     *
     * @param reason for people, in ASCII; may be empty
     */
    public ResponseComposer(AsciiString status, AsciiString reason) {
        fields.statusLine(VERSION, status, reason);
    }

    public FieldsComposer fields() {
        return fields;
    }

    /**
     * The head, or what is wrong with it. A body whose length isn't stated is as one that comes in chunks, or is empty.
     *
     * @param toHead whether it answers a HEAD request
     * @param ended whether nothing follows the head
     */
    public Parsed<ResponseHead> head(boolean toHead, boolean ended, Http1Limits limits) {
        HeadError error = fields.error();
        if (error != null) {
            return new Parsed.Rejected<>(error);
        }
        byte[] head = fields.end();
        return head.length > limits.head()
                ? new Parsed.Rejected<>(HeadError.HEAD_TOO_LARGE)
                : ResponseParser.read(head, toHead, ended ? NOTHING : UNKNOWN, limits);
    }
}
