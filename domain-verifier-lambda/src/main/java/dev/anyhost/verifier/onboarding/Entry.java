package dev.anyhost.verifier.onboarding;

import dev.anyhost.domain.Hostname;

/** What the whitelist has at a hostname: a registered domain, or what is left of one. */
public sealed interface Entry permits Domain, Removed {

    Hostname hostname();

    /** Whose it is, or was. */
    String tenant();

    /** Events that are yet to be delivered. */
    Outbox outbox();

    /** One more with every change, across removals too. */
    long version();

    /** The same in a later version, with other events to deliver. */
    Entry delivered(Outbox rest);
}
