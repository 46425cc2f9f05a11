package dev.anyhost.store;

import dev.anyhost.store.tickets.TicketKeyRing;

/**
 * The ring of session ticket keys that all proxies share: one encrypted row, whose writers name the version they replace.
 * Every method is safe for use by many threads, and is one DynamoDB call and one or two of the key service.
 */
public interface SharedTicketKeys {

    /** What a writer names who has seen no row. */
    long NO_VERSION = 0;

    /** The ring: a strongly consistent GetItem. */
    TicketKeysResult find();

    /**
     * Stores the next ring, unless the row isn't of that version any more: then what it holds is the answer.
     *
     * @param version of what is replaced; {@link #NO_VERSION} when there is none
     */
    TicketKeysResult replace(long version, TicketKeyRing next);
}
