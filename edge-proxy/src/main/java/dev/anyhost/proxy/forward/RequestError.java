package dev.anyhost.proxy.forward;

/** Why a request didn't go well, with the status the client gets unless the response had begun. */
public enum RequestError {
    /** The head or the first of the body was no acceptable HTTP; the status is the parser's. */
    REQUEST_MALFORMED(400, "Malformed request"),
    REQUEST_BODY_MALFORMED(400, "Malformed request body"),
    REQUEST_TIMEOUT(408, "The request took too long"),
    /** Host isn't the connection's hostname. */
    MISDIRECTED(421, "This connection serves another hostname"),
    /** The hostname was allowed when the connection was made and isn't any more. */
    NOT_SERVED(421, "This hostname is not served here"),
    CLIENT_LIMITED(429, "Too many requests from this client"),
    TENANT_LIMITED(429, "Too many requests to this site"),
    /** Never sent: the client was gone before the response. */
    CLIENT_LEFT(499, "The client left"),
    /** Its header section is more than the origin takes by HTTP/2 (RFC 9113 section 6.5.2). */
    REQUEST_TOO_LARGE_FOR_ORIGIN(431, "The request's header fields are too large for the origin"),
    ORIGIN_NAME_UNRESOLVED(502, "The origin's name could not be resolved"),
    /** A tenant's origin is at a private, loopback, link-local or metadata address. */
    ORIGIN_ADDRESS_REFUSED(502, "The origin's address is not allowed"),
    ORIGIN_UNREACHABLE(502, "The origin could not be reached"),
    ORIGIN_TLS_FAILED(502, "No trusted TLS connection to the origin"),
    /** It should, by our configuration. */
    ORIGIN_WITHOUT_HTTP_2(502, "The origin does not speak HTTP/2"),
    /** WebSockets and the like take HTTP/1.1. */
    UPGRADE_IMPOSSIBLE(501, "This origin is only reached by HTTP/2, without WebSockets"),
    /** It closed before the response's head. */
    ORIGIN_CLOSED(502, "The origin closed the connection"),
    RESPONSE_MALFORMED(502, "The origin sent a malformed response"),
    /** It closed or broke its framing within the body. */
    RESPONSE_CUT(502, "The origin broke off its response"),
    /** By HTTP/2's CANCEL, as gRPC servers do at a call's deadline. */
    ORIGIN_CANCELLED(502, "The origin cancelled the request"),
    NO_ROUTE(503, "No origin is known for this hostname"),
    /** This process sheds what is new. */
    MEMORY_SHORT(503, "Too busy at the moment"),
    OVERLOADED(503, "Too many requests to this origin"),
    ORIGIN_CONNECT_TIMEOUT(504, "The origin did not answer the connection in time"),
    RESPONSE_TIMEOUT(504, "The origin did not respond in time"),
    /** CDN-Loop says so (RFC 8586). */
    LOOP(508, "The request has been here before");

    private final int status;
    private final String text;

    RequestError(int status, String text) {
        this.status = status;
        this.text = text;
    }

    public int status() {
        return status;
    }

    /** Whether it says nothing about the connection: the next request on it may go well. */
    boolean isPassing() {
        return this == CLIENT_LIMITED || this == TENANT_LIMITED;
    }

    /** For the response's body: nothing of what a peer sent. */
    public String text() {
        return text;
    }
}
