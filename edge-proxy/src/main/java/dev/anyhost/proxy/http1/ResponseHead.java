package dev.anyhost.proxy.http1;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A response's head as the origin sent it, checked. */
public final class ResponseHead {

    private static final byte[] VERSION = "HTTP/1.1 ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LINE_END = {Octets.CR, Octets.LF};

    private final StatusLine line;
    private final Fields fields;
    private final ConnectionOptions connection;
    private final BodyFraming framing;

    ResponseHead(StatusLine line, Fields fields, ConnectionOptions connection, BodyFraming framing) {
        this.line = line;
        this.fields = fields;
        this.connection = connection;
        this.framing = framing;
    }

    /** 100 to 599. */
    public int status() {
        return line.status();
    }

    /** Whether another response to the same request follows; 101 is final. */
    public boolean isInterim() {
        return line.status() < 200 && line.status() != 101;
    }

    public Fields fields() {
        return fields;
    }

    public ConnectionOptions connection() {
        return connection;
    }

    public BodyFraming framing() {
        return framing;
    }

    /** Whether the origin will take another request after this one. */
    public boolean isKeepAlive() {
        return !connection.close()
                && (!line.http10() || connection.keepAlive())
                && !(framing instanceof BodyFraming.UntilClose);
    }

    /** The protocol of a 101 that says {@code Connection: upgrade}. */
    public Optional<String> upgrade() {
        return connection.upgrade() && fields.count(FieldName.UPGRADE) == 1
                ? fields.value(FieldName.UPGRADE)
                : Optional.empty();
    }

    /** Writes {@code HTTP/1.1}, status and the origin's reason phrase as a line. */
    public void writeStatusLine(ByteBuf out) {
        out.writeBytes(VERSION);
        out.writeBytes(line.head(), StatusLine.STATUS_AT, line.end() - 2 - StatusLine.STATUS_AT);
        if (line.end() - 2 == StatusLine.REASON_AT - 1) {
            out.writeByte(Octets.SP);
        }
        out.writeBytes(LINE_END);
    }
}
