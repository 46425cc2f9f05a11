package dev.anyhost.proxy.http1;

import io.netty.buffer.ByteBuf;

/** Reads the heads of one origin connection's responses, as strictly as requests are read. */
public final class ResponseParser {

    private static final BodyFraming NO_BODY = new BodyFraming.None();
    private static final BodyFraming UNTIL_CLOSE = new BodyFraming.UntilClose();

    private final Http1Limits limits;
    private final HeadScanner scanner;

    public ResponseParser(Http1Limits limits) {
        this.limits = limits;
        this.scanner = new HeadScanner(limits.head());
    }

    /**
     * Consumes a complete head, or else nothing.
     *
     * @param toHead whether it answers a HEAD request, so that there is no body whatever the fields say
     */
    public Parsed<ResponseHead> parse(ByteBuf in, boolean toHead) {
        return switch (scanner.scan(in)) {
            case INCOMPLETE -> new Parsed.NeedMore<>();
            case BARE_LINE_FEED -> rejected(HeadError.BARE_LINE_FEED);
            case TOO_LARGE -> rejected(HeadError.HEAD_TOO_LARGE);
            case COMPLETE -> {
                byte[] head = new byte[scanner.takeLength()];
                in.readBytes(head);
                yield read(head, toHead, UNTIL_CLOSE, limits);
            }
        };
    }

    /**
     * Reads a complete head (for framing: RFC 9112 section 6.3, with conflicts refused rather than resolved).
     *
     * @param unstated how a body ends whose head doesn't say
     */
    static Parsed<ResponseHead> read(byte[] head, boolean toHead, BodyFraming unstated, Http1Limits limits) {
        StatusLine line = StatusLine.read(head);
        if (line == null) {
            return rejected(HeadError.STATUS_LINE);
        }
        var fields = new Fields(head);
        HeadError error = FieldLines.read(fields, line.end(), limits.fields());
        if (error != null) {
            return rejected(error);
        }
        ConnectionOptions connection = ConnectionOptions.read(fields);
        if (connection == null) {
            return rejected(HeadError.CONNECTION_MALFORMED);
        }
        boolean neverBody = line.status() < 200 || line.status() == 204;
        boolean noBody = neverBody || toHead || line.status() == 304;
        return switch (FramingFields.read(fields, line.http10())) {
            case FramingFields.Framing.Refused(HeadError refused) -> rejected(refused);
            case FramingFields.Framing.Unstated() -> head(line, fields, connection, noBody ? NO_BODY : unstated);
            case FramingFields.Framing.Length(long length) ->
                head(line, fields, connection, noBody ? NO_BODY : new BodyFraming.Fixed(length));
            case FramingFields.Framing.Chunked() when neverBody -> rejected(HeadError.BODY_FORBIDDEN);
            case FramingFields.Framing.Chunked() ->
                head(line, fields, connection, noBody ? NO_BODY : new BodyFraming.Chunked());
        };
    }

    private static Parsed<ResponseHead> head(
            StatusLine line, Fields fields, ConnectionOptions connection, BodyFraming framing) {
        return new Parsed.Head<>(new ResponseHead(line, fields, connection, framing));
    }

    private static Parsed<ResponseHead> rejected(HeadError error) {
        return new Parsed.Rejected<>(error);
    }
}
