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
 * @param callTimeout for one HTTP exchange, body included
 * @param orderTimeout for one attempt in all
 */
public record AcmeSettings(
        URI directory,
        String email,
        Optional<Path> trustedRoots,
        List<ChallengeType> challenges,
        Duration callTimeout,
        Duration orderTimeout) {

    /** Long enough for a busy authority, short enough that a visitor hears of a dead one. */
    public static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);

    /** No lease lasts longer. */
    public static final Duration ORDER_TIMEOUT = Duration.ofMinutes(5);

    public AcmeSettings {
        challenges = List.copyOf(challenges);
    }

    /** With the usual time limits. */
    public AcmeSettings(URI directory, String email, Optional<Path> trustedRoots, List<ChallengeType> challenges) {
        this(directory, email, trustedRoots, challenges, CALL_TIMEOUT, ORDER_TIMEOUT);
    }
}
