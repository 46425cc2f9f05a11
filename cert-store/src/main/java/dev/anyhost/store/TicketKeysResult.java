package dev.anyhost.store;

import dev.anyhost.store.tickets.TicketKeyRing;

/** What the store has of the ticket keys. */
public sealed interface TicketKeysResult {

    /** The ring, and the version that whoever replaces it names. */
    record Found(TicketKeyRing ring, long version) implements TicketKeysResult {}

    /** There are none. */
    record Absent() implements TicketKeysResult {}

    /** The row can't be used although its key is known. It may be replaced: tickets that are lost cost full handshakes. */
    record Damaged(String reason, long version) implements TicketKeysResult {}

    /** The row's key isn't configured here, or the key service fails. */
    record KeyUnavailable(String keyId, String reason) implements TicketKeysResult {}

    /** The store gave no usable answer in time; a write may or may not have happened. */
    record Unreachable(String reason) implements TicketKeysResult {}
}
