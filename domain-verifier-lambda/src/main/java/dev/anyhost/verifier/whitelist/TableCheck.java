package dev.anyhost.verifier.whitelist;

/** Whether the table can be used. */
public sealed interface TableCheck {

    /** It is there, with its key and indexes. */
    record Ready() implements TableCheck {}

    /** It isn't. The reason names the table. */
    record NotReady(String reason) implements TableCheck {}
}
