package dev.anyhost.store;

/** What became of a certificate that a region wrote while its home region was away. */
public sealed interface BroughtHome {

    /**
     * It is stored at home; the region's own row is gone, or will be after the next try.
     *
     * @param issuer the directory URL of the ACME server whose certificate it is
     */
    record Written(long version, String issuer) implements BroughtHome {}

    /** There was a better one at home, or this one is of no use; the row is gone. */
    record NotNeeded() implements BroughtHome {}

    /** Not now: somebody is at it, or something didn't answer. */
    record Later(String reason) implements BroughtHome {}
}
