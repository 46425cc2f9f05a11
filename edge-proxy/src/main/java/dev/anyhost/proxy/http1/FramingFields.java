package dev.anyhost.proxy.http1;

import java.nio.charset.StandardCharsets;

/**
 * Reads Content-Length and Transfer-Encoding so strictly that two readers can't differ: at most one of the two fields,
 * at most once, one number or exactly {@code chunked} (RFC 9112 sections 6.1 to 6.3 and 11.2).
 */
final class FramingFields {

    /** What the fields say; whether there can be a body at all is for the caller. */
    sealed interface Framing {
        record Unstated() implements Framing {}

        record Length(long length) implements Framing {}

        record Chunked() implements Framing {}

        record Refused(HeadError error) implements Framing {}
    }

    private static final byte[] CHUNKED = "chunked".getBytes(StandardCharsets.US_ASCII);
    /** 18 digits can't overflow a long, and are more than anyone sends. */
    private static final int MAX_DIGITS = 18;

    private FramingFields() {}

    static Framing read(Fields fields, boolean http10) {
        int lengths = fields.count(FieldName.CONTENT_LENGTH);
        int codings = fields.count(FieldName.TRANSFER_ENCODING);
        if (lengths == 0 && codings == 0) {
            return new Framing.Unstated();
        }
        if (lengths > 0 && codings > 0) {
            return new Framing.Refused(HeadError.LENGTH_AND_TRANSFER_CODING);
        }
        if (lengths > 1) {
            return new Framing.Refused(HeadError.CONTENT_LENGTH_REPEATED);
        }
        if (codings > 1) {
            return new Framing.Refused(HeadError.TRANSFER_CODING_REPEATED);
        }
        return lengths == 1 ? length(fields) : coding(fields, http10);
    }

    private static Framing length(Fields fields) {
        int i = fields.first(FieldName.CONTENT_LENGTH);
        byte[] bytes = fields.bytes();
        int from = fields.valueStart(i);
        int to = fields.valueEnd(i);
        if (from == to || to - from > MAX_DIGITS) {
            return new Framing.Refused(HeadError.CONTENT_LENGTH_MALFORMED);
        }
        long length = 0;
        for (int at = from; at < to; at++) {
            if (!Octets.isDigit(bytes[at])) {
                return new Framing.Refused(HeadError.CONTENT_LENGTH_MALFORMED);
            }
            length = length * 10 + (bytes[at] - '0');
        }
        return new Framing.Length(length);
    }

    private static Framing coding(Fields fields, boolean http10) {
        if (http10) {
            return new Framing.Refused(HeadError.TRANSFER_CODING_IN_1_0);
        }
        int i = fields.first(FieldName.TRANSFER_ENCODING);
        return Octets.equalsIgnoringCase(fields.bytes(), fields.valueStart(i), fields.valueEnd(i), CHUNKED)
                ? new Framing.Chunked()
                : new Framing.Refused(HeadError.TRANSFER_CODING);
    }
}
