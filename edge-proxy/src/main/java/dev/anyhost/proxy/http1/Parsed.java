package dev.anyhost.proxy.http1;

/**
 * What a head parser made of the bytes so far.
 *
 * @param <H> {@link RequestHead} or {@link ResponseHead}
 */
public sealed interface Parsed<H> {

    /** The head isn't complete; nothing was consumed but an empty line before it. */
    record NeedMore<H>() implements Parsed<H> {}

    /** A complete head, consumed up to and including its empty line. */
    record Head<H>(H head) implements Parsed<H> {}

    /** Not HTTP as we accept it. The rest of the connection has no meaning any more. */
    record Rejected<H>(HeadError error) implements Parsed<H> {}
}
