package dev.anyhost.proxy.preflight;

/** Who answers at an address. */
sealed interface MarkerAnswer {

    /** Who is there, by what answers at two of its ports: one of ours at either is enough for one way of validation. */
    static MarkerAnswer either(MarkerAnswer one, MarkerAnswer other) {
        return one instanceof Ours || (one instanceof Strange && !(other instanceof Ours)) ? one : other;
    }

    /** One of this deployment's instances, which all know the account's key. */
    record Ours() implements MarkerAnswer {}

    /** @param seen what it answered with instead, as the end of a sentence about the address */
    record Strange(String seen) implements MarkerAnswer {}

    /**
     * Nobody, as far as can be seen from here. From inside a network one's own public address is often out of reach, so it
     * says nothing about the customer.
     */
    record Silent(String reason) implements MarkerAnswer {}
}
