package dev.anyhost.store;

import java.util.Optional;

/** What became of a certificate that a region wrote while its home region was away, at one try. */
public sealed interface BroughtHome {

    /** It is stored at home, as this version. The region's own row stays until its replica has that. */
    record Written(long version) implements BroughtHome {}

    /**
     * The region's own row is gone: its replica has this certificate or a later one, or this one is of no use.
     *
     * @param issuer the directory URL of the ACME server that it was ordered of; empty for what can't be read
     */
    record Removed(Optional<String> issuer) implements BroughtHome {}

    /** Not now: it is on its way, somebody is at it, or something didn't answer. */
    record Later(String reason) implements BroughtHome {}
}
