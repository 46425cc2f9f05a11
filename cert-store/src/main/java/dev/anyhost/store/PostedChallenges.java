package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.time.Instant;

/**
 * The tls-alpn-01 challenges that are open, one a hostname: the authority's validation may reach any proxy in any region
 * (RFC 8737). Every method is one DynamoDB call of at most 1.5 seconds and is safe for use by many threads.
 */
public interface PostedChallenges {

    /**
     * Posts a challenge in place of any earlier one for this hostname. When it returns, every {@link #find} sees it.
     *
     * @param keyAuthorization token and thumbprint (RFC 8555 section 8.1)
     * @param expires from when nobody answers it any more; the row vanishes some time later
     */
    StoreEffect post(Hostname hostname, String keyAuthorization, Instant expires);

    /** The challenge posted for a hostname: a strongly consistent read. */
    ChallengeResult find(Hostname hostname);

    /** Takes a challenge back, unless another one was posted meanwhile. */
    StoreEffect withdraw(Hostname hostname, String keyAuthorization);
}
