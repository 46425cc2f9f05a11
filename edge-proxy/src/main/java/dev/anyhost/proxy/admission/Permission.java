package dev.anyhost.proxy.admission;

import dev.anyhost.domain.Route;

/** Whether a hostname may be served, as far as can be told now. */
public sealed interface Permission {

    /** The verifier says yes. */
    record Allowed(Route route) implements Permission {}

    /**
     * The verifier says no.
     *
     * @param news whether this process hasn't known before
     */
    record Refused(boolean news) implements Permission {}

    /** Neither permission nor refusal: what was known before may be served on, and nothing is issued. */
    record Unknown(Why why) implements Permission {}

    /** Why it can't be told. */
    enum Why {
        /** The verifier doesn't answer, or what it answers says nothing. */
        VERIFIER_SILENT,
        /** Asking would be more than the verifier is to get. */
        TOO_MANY_ASKS
    }
}
