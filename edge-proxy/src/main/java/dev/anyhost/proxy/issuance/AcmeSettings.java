package dev.anyhost.proxy.issuance;

import dev.anyhost.proxy.challenge.ChallengeType;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Which authority, and how to deal with it.
 *
 * @param directory the ACME directory, http or https
 * @param email contact for the account
 * @param trustedRoots PEM file with roots that are trusted for the directory besides the JDK's
 * @param challenges the types that may be used, the preferred one first; not empty
 * @param externalAccount who we are at an authority that has customers of its own
 * @param wishes what certificates are to be like
 * @param limits what the authority allows
 * @param time how long it may take
 */
public record AcmeSettings(
        URI directory,
        String email,
        Optional<Path> trustedRoots,
        List<ChallengeType> challenges,
        Optional<ExternalAccount> externalAccount,
        Wishes wishes,
        OrderLimits limits,
        TimeLimits time) {

    public AcmeSettings {
        challenges = List.copyOf(challenges);
    }

    /** With the usual time limits, and nothing special. */
    public AcmeSettings(URI directory, String email, Optional<Path> trustedRoots, List<ChallengeType> challenges) {
        this(
                directory,
                email,
                trustedRoots,
                challenges,
                Optional.empty(),
                Wishes.NONE,
                OrderLimits.of(directory),
                TimeLimits.USUAL);
    }

    /**
     * An account that the authority gave out by other means than ACME (External Account Binding, RFC 8555 section 7.3.4).
     *
     * @param keyId what the authority calls it
     * @param macKey a secret of the authority's, base64url
     */
    public record ExternalAccount(String keyId, String macKey) {

        /** Leaves the key out. */
        @Override
        public String toString() {
            return "ExternalAccount[" + keyId + "]";
        }
    }

    /**
     * What certificates are to be like, as far as the authority lets us choose.
     *
     * @param profile one of the profiles in its directory (draft-ietf-acme-profiles)
     * @param preferredChain the common name of the issuer at the top of the chain that is wanted, if it offers several (RFC
     *     8555 section 7.4.2)
     */
    public record Wishes(Optional<String> profile, Optional<String> preferredChain) {

        public static final Wishes NONE = new Wishes(Optional.empty(), Optional.empty());
    }

    /**
     * @param call for one HTTP exchange, body included
     * @param order for one attempt in all
     */
    public record TimeLimits(Duration call, Duration order) {

        /**
         * Long enough for a busy authority, short enough that a visitor hears of a dead one; and no lease lasts longer than
         * an order.
         */
        public static final TimeLimits USUAL = new TimeLimits(Duration.ofSeconds(10), Duration.ofMinutes(5));
    }
}
