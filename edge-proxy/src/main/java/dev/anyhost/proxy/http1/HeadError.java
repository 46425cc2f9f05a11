package dev.anyhost.proxy.http1;

/** Why a message was refused. The status is what a server answers; from an origin any of them is a 502. */
public enum HeadError {
    REQUEST_LINE(400, "malformed request line"),
    STATUS_LINE(400, "malformed status line"),
    BARE_LINE_FEED(400, "line without carriage return"),
    CONTROL_CHARACTER(400, "control character in a header field"),
    FIELD_NAME(400, "malformed header field name"),
    /** Blanks around it, where only HTTP/1.1 has them. */
    FIELD_VALUE(400, "malformed header field value"),
    PSEUDO_HEADER(400, "malformed pseudo-header fields"),
    /** Of HTTP/1.1's connections, in HTTP/2 (RFC 9113 section 8.2.2). */
    CONNECTION_SPECIFIC(400, "connection-specific header field"),
    LINE_FOLDING(400, "folded header field"),
    HOST_MISSING(400, "no Host"),
    HOST_REPEATED(400, "more than one Host"),
    HOST_MALFORMED(400, "malformed Host"),
    TARGET_MISMATCH(400, "request-target names another host than Host"),
    CONTENT_LENGTH_MALFORMED(400, "malformed Content-Length"),
    CONTENT_LENGTH_REPEATED(400, "more than one Content-Length"),
    TRANSFER_CODING(400, "Transfer-Encoding other than chunked"),
    TRANSFER_CODING_REPEATED(400, "more than one Transfer-Encoding"),
    TRANSFER_CODING_IN_1_0(400, "Transfer-Encoding in HTTP/1.0"),
    LENGTH_AND_TRANSFER_CODING(400, "Content-Length with Transfer-Encoding"),
    CONNECTION_MALFORMED(400, "malformed Connection"),
    BODY_FORBIDDEN(400, "Transfer-Encoding where there is no body"),
    CHUNK_SIZE(400, "malformed chunk size"),
    CHUNK_EXTENSION(400, "malformed chunk extension"),
    CHUNK_END(400, "chunk longer than its size"),
    TARGET_TOO_LONG(414, "request-target too long"),
    /** Anything but one {@code 100-continue}: origins differ in what they make of the rest. */
    EXPECTATION(417, "Expect other than 100-continue"),
    HEAD_TOO_LARGE(431, "header fields too large"),
    TOO_MANY_FIELDS(431, "too many header fields"),
    METHOD_REFUSED(501, "method not implemented"),
    VERSION(505, "not HTTP/1.0 or HTTP/1.1");

    private final int status;
    private final String reason;

    HeadError(int status, String reason) {
        this.status = status;
        this.reason = reason;
    }

    public int status() {
        return status;
    }

    /** For logs and response bodies: a few words of ours, never the peer's bytes. */
    public String reason() {
        return reason;
    }
}
