package dev.anyhost.proxy.http2;

import dev.anyhost.proxy.http1.HeadError;
import dev.anyhost.proxy.http1.RequestHead;

/** What a request's header section says. */
public sealed interface Http2Request {

    /** A request as HTTP/1.1 has them too. */
    record Plain(RequestHead head) implements Http2Request {}

    /** An extended CONNECT for a WebSocket (RFC 8441), as the upgrade that HTTP/1.1 has for it. */
    record WebSocket(RequestHead head, WebSocketKey key) implements Http2Request {}

    /** A malformed request (RFC 9113 section 8.1.1), or one that we don't take. */
    record Refused(HeadError error) implements Http2Request {}
}
