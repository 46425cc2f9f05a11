package dev.anyhost.proxy.http1;

/** How the end of a message's body is found (RFC 9112 section 6.3). */
public sealed interface BodyFraming {

    /** There is no body. */
    record None() implements BodyFraming {}

    /** Exactly {@code length} bytes, 0 to 2^63-1. */
    record Fixed(long length) implements BodyFraming {}

    /** Chunks, then trailers. */
    record Chunked() implements BodyFraming {}

    /** All until the connection ends; responses only. */
    record UntilClose() implements BodyFraming {}
}
