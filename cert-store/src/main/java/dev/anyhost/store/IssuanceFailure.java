package dev.anyhost.store;

import dev.anyhost.domain.Route;
import java.time.Instant;
import java.util.Optional;

/**
 * Why there is no certificate yet, and when another attempt may be made. Kept on the hostname's lease, so that all
 * instances refuse alike; a certificate that is stored at last clears it.
 *
 * @param count how many attempts in a row have failed at the authority; 0 when something spoke against the first
 * @param retryAt nobody orders before this; in whole seconds
 * @param cause what kind of failure, for machines
 * @param problem what was seen before an order that wasn't made, or what the authority said, whole where it sent a problem document (RFC 8555 section 6.7); cut at
 *     {@link #LONGEST_PROBLEM} characters
 * @param challenge the challenge type that failed (RFC 8555 section 8), so that the next attempt uses another
 * @param route what the verifier said of the hostname then: a route that leads elsewhere is a changed entry, and the
 *     failure of no consequence any more. Its policy has no part in an issuance and isn't kept
 */
public record IssuanceFailure(
        int count,
        Instant failedAt,
        Instant retryAt,
        String cause,
        String problem,
        Optional<String> challenge,
        Route route) {

    /** A tenth of what an item may hold, in characters. */
    public static final int LONGEST_PROBLEM = 16_384;

    /** Cuts the problem's text and rounds times: a retry is never early. */
    public IssuanceFailure {
        problem = problem.length() > LONGEST_PROBLEM ? problem.substring(0, LONGEST_PROBLEM) : problem;
        failedAt = Instant.ofEpochSecond(failedAt.getEpochSecond());
        retryAt = Attributes.wholeSecondsUp(retryAt);
    }
}
