package dev.anyhost.proxy.http1;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads the heads of one connection's requests, one after another. Strict by RFC 9112: what two readers could take in
 * two ways is rejected. However the bytes are cut into reads, the result is the same.
 */
public final class RequestParser {

    private static final int EMPTY_LINE = 2;
    private static final byte[] CONTINUE = "100-continue".getBytes(StandardCharsets.US_ASCII);

    private final Http1Limits limits;
    private final HeadScanner scanner;
    private boolean emptyLineSkipped;

    public RequestParser(Http1Limits limits) {
        this.limits = limits;
        this.scanner = new HeadScanner(limits.head());
    }

    /** Consumes a complete head, or else nothing but one empty line before it (RFC 9112 section 2.2). */
    public Parsed<RequestHead> parse(ByteBuf in) {
        return switch (scanner.scan(in)) {
            case INCOMPLETE -> new Parsed.NeedMore<>();
            case BARE_LINE_FEED -> rejected(HeadError.BARE_LINE_FEED);
            case TOO_LARGE -> rejected(scanner.isInFirstLine() ? HeadError.TARGET_TOO_LONG : HeadError.HEAD_TOO_LARGE);
            case COMPLETE -> complete(in, scanner.takeLength());
        };
    }

    private Parsed<RequestHead> complete(ByteBuf in, int length) {
        if (length == EMPTY_LINE) {
            if (emptyLineSkipped) {
                return rejected(HeadError.REQUEST_LINE);
            }
            emptyLineSkipped = true;
            in.skipBytes(EMPTY_LINE);
            return parse(in);
        }
        emptyLineSkipped = false;
        byte[] head = new byte[length];
        in.readBytes(head);
        return read(head, limits);
    }

    /** Reads a complete head, with its empty line. */
    static Parsed<RequestHead> read(byte[] head, Http1Limits limits) {
        return switch (RequestLine.read(head, limits.target())) {
            case RequestLine.Read.Refused(HeadError error) -> rejected(error);
            case RequestLine.Read.Line(RequestLine line) -> fields(line, limits);
        };
    }

    private static Parsed<RequestHead> fields(RequestLine line, Http1Limits limits) {
        var fields = new Fields(line.head());
        HeadError error = FieldLines.read(fields, line.end(), limits.fields());
        if (error == null) {
            error = host(line, fields);
        }
        if (error == null) {
            error = expectation(line, fields);
        }
        if (error != null) {
            return rejected(error);
        }
        ConnectionOptions connection = ConnectionOptions.read(fields);
        if (connection == null) {
            return rejected(HeadError.CONNECTION_MALFORMED);
        }
        return switch (FramingFields.read(fields, line.http10())) {
            case FramingFields.Framing.Refused(HeadError refused) -> rejected(refused);
            case FramingFields.Framing.Unstated() -> head(line, fields, connection, new BodyFraming.None());
            case FramingFields.Framing.Length(long length) -> head(line, fields, connection, fixed(length));
            case FramingFields.Framing.Chunked() -> head(line, fields, connection, new BodyFraming.Chunked());
        };
    }

    private static BodyFraming fixed(long length) {
        return new BodyFraming.Fixed(length);
    }

    private static Parsed<RequestHead> head(
            RequestLine line, Fields fields, ConnectionOptions connection, BodyFraming framing) {
        return new Parsed.Head<>(new RequestHead(line, fields, connection, framing));
    }

    /** Null when the Host field is as RFC 9112 section 3.2 wants it. */
    private static @Nullable HeadError host(RequestLine line, Fields fields) {
        int hosts = fields.count(FieldName.HOST);
        if (hosts > 1) {
            return HeadError.HOST_REPEATED;
        }
        if (hosts == 0) {
            return line.http10() && !line.isAbsolute() ? null : HeadError.HOST_MISSING;
        }
        int i = fields.first(FieldName.HOST);
        int from = fields.valueStart(i);
        int to = fields.valueEnd(i);
        if (!HostField.isValid(fields.bytes(), from, to)) {
            return HeadError.HOST_MALFORMED;
        }
        return !line.isAbsolute() || isSame(line, from, to) ? null : HeadError.TARGET_MISMATCH;
    }

    /** RFC 9110 section 10.1.1: HTTP/1.0 can't expect anything, and what isn't known may be refused. */
    private static @Nullable HeadError expectation(RequestLine line, Fields fields) {
        int i = fields.first(FieldName.EXPECT);
        if (i < 0 || line.http10()) {
            return null;
        }
        boolean known = fields.count(FieldName.EXPECT) == 1
                && Octets.equalsIgnoringCase(fields.bytes(), fields.valueStart(i), fields.valueEnd(i), CONTINUE);
        return known ? null : HeadError.EXPECTATION;
    }

    private static boolean isSame(RequestLine line, int from, int to) {
        int length = line.authorityEnd() - line.authorityStart();
        if (length != to - from) {
            return false;
        }
        byte[] head = line.head();
        for (int i = 0; i < length; i++) {
            if (Octets.lower(head[line.authorityStart() + i]) != Octets.lower(head[from + i])) {
                return false;
            }
        }
        return true;
    }

    private static Parsed<RequestHead> rejected(HeadError error) {
        return new Parsed.Rejected<>(error);
    }
}
