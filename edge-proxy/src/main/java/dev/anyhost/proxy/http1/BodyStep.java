package dev.anyhost.proxy.http1;

/** What comes next in a body. */
public sealed interface BodyStep {

    /** Nothing more can be told from the bytes so far. */
    record NeedMore() implements BodyStep {}

    /** The next {@code length} readable bytes are the body's; the caller consumes all of them. */
    record Data(int length) implements BodyStep {}

    /** The body is complete; what follows in the buffer belongs to the next message. */
    record End(Fields trailers) implements BodyStep {}

    /** The peer's framing is broken; the rest of the connection has no meaning any more. */
    record Malformed(HeadError error) implements BodyStep {}
}
