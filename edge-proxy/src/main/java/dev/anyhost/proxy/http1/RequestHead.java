package dev.anyhost.proxy.http1;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A request's head as it was sent, checked, with what a proxy needs of it found. Text is made only when asked for. */
public final class RequestHead {

    private static final byte[] VERSION_END = " HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] HEAD = "HEAD".getBytes(StandardCharsets.US_ASCII);

    private final RequestLine line;
    private final Fields fields;
    private final ConnectionOptions connection;
    private final BodyFraming framing;

    RequestHead(RequestLine line, Fields fields, ConnectionOptions connection, BodyFraming framing) {
        this.line = line;
        this.fields = fields;
        this.connection = connection;
        this.framing = framing;
    }

    public String method() {
        return line.method();
    }

    public boolean isHead() {
        return line.isMethod(HEAD);
    }

    /** Whether sending it twice is the same as once (RFC 9110 section 9.2.2). */
    public boolean isIdempotent() {
        return switch (method()) {
            case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE" -> true;
            default -> false;
        };
    }

    public boolean isHttp10() {
        return line.http10();
    }

    /** The target in origin-form, or {@code *}. */
    public String target() {
        return line.target();
    }

    /** The target without its query. */
    public String path() {
        String target = target();
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    /** The host as sent, without port; empty when there is none, which only HTTP/1.0 may do. */
    public Optional<String> host() {
        int i = fields.first(FieldName.HOST);
        return i < 0
                ? Optional.empty()
                : Optional.of(Octets.text(
                        fields.bytes(),
                        fields.valueStart(i),
                        HostField.hostEnd(fields.bytes(), fields.valueStart(i), fields.valueEnd(i))));
    }

    /** Whether the host, without port, is this name, given in lower case. No text is made. */
    public boolean isHost(byte[] lowerCase) {
        int i = fields.first(FieldName.HOST);
        if (i < 0) {
            return false;
        }
        byte[] bytes = fields.bytes();
        int start = fields.valueStart(i);
        return Octets.equalsIgnoringCase(bytes, start, HostField.hostEnd(bytes, start, fields.valueEnd(i)), lowerCase);
    }

    public BodyFraming framing() {
        return framing;
    }

    public Fields fields() {
        return fields;
    }

    public ConnectionOptions connection() {
        return connection;
    }

    /** Whether the client wants to go on with this connection (RFC 9112 section 9.3). */
    public boolean isKeepAlive() {
        return !connection.close() && (!line.http10() || connection.keepAlive());
    }

    /** Whether there is a body and the client waits for a 100 before it sends the body (RFC 9110 section 10.1.1). */
    public boolean expectsContinue() {
        boolean body = !(framing instanceof BodyFraming.None)
                && !(framing instanceof BodyFraming.Fixed(long length) && length == 0);
        return body && !line.http10() && fields.first(FieldName.EXPECT) >= 0;
    }

    /** Whether the TE field lists {@code trailers} (RFC 9110 section 10.1.4). */
    public boolean takesTrailers() {
        for (int i = 0; i < fields.size(); i++) {
            if (fields.name(i) == FieldName.TE) {
                for (String coding : fields.valueText(i).split(",", -1)) {
                    if (coding.strip().equalsIgnoreCase("trailers")) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /**
     * The one protocol the client asks to switch to (RFC 9110 section 7.8): empty without {@code Connection: upgrade},
     * with several, with a body, in HTTP/1.0.
     */
    public Optional<String> upgrade() {
        if (!connection.upgrade()
                || line.http10()
                || !(framing instanceof BodyFraming.None)
                || fields.count(FieldName.UPGRADE) != 1) {
            return Optional.empty();
        }
        return fields.value(FieldName.UPGRADE)
                .filter(protocol -> !protocol.isEmpty() && protocol.chars().noneMatch(c -> c == ',' || c <= ' '));
    }

    /** Writes method, target in origin-form and {@code HTTP/1.1} as a line. */
    public void writeRequestLine(ByteBuf out) {
        line.writeTo(out);
        out.writeBytes(VERSION_END);
    }
}
