package dev.anyhost.verifier.check;

import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.Finding;

/** Looks at a hostname's DNS. */
public interface Probe {

    /**
     * Blocks for a few seconds at most.
     *
     * @param label the label of the domain's tenant
     */
    Finding check(Domain domain, String label);

    /** Whether our resolvers answer at all: if not, what they say of others' names says nothing. Blocks as well. */
    default boolean canAsk() {
        return true;
    }
}
