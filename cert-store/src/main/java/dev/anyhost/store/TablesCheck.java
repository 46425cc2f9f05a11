package dev.anyhost.store;

/** Whether the tables and the key encryption can be used. */
public sealed interface TablesCheck {

    /** Both tables are active and the canary was decrypted. */
    record Ready() implements TablesCheck {}

    /**
     * Something is missing or wrong; nothing was replaced.
     *
     * @param reason names the table and, where a key is the matter, the key's id
     */
    record NotReady(String reason) implements TablesCheck {}
}
