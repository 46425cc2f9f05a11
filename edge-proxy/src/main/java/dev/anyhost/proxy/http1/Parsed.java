package dev.anyhost.proxy.http1;

/** What became of a head: all of it, not enough bytes yet, or never. */
public sealed interface Parsed<T> {

    record Head<T>(T head) implements Parsed<T> {}

    record Incomplete<T>() implements Parsed<T> {}

    record Rejected<T>(Rejection rejection) implements Parsed<T> {}
}
