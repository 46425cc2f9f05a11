package dev.anyhost.proxy.challenge;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.ChallengeResult;
import dev.anyhost.store.PostedChallenge;
import dev.anyhost.store.PostedChallenges;
import dev.anyhost.store.StoreEffect;
import java.time.Duration;
import java.time.InstantSource;

/**
 * The tls-alpn-01 challenges that are open, shared by all instances through the store: an authority's validations come
 * from several places within milliseconds of the trigger, and each may land in another region. Methods block for one
 * store call; any thread may call any method, but no event loop.
 */
public final class ChallengeBoard {

    private final PostedChallenges posted;
    private final TlsAlpn01Certificates certificates;
    private final InstantSource clock;

    public ChallengeBoard(PostedChallenges posted, InstantSource clock) {
        this.posted = posted;
        this.certificates = new TlsAlpn01Certificates(clock);
        this.clock = clock;
    }

    /**
     * Posts a challenge in place of an earlier one for this hostname. Every {@link #find} that starts after it is done
     * sees it, anywhere.
     *
     * @param keyAuthorization token and thumbprint (RFC 8555 section 8.1)
     * @param validFor how long it is answered if nobody withdraws it
     */
    public StoreEffect post(Hostname hostname, String keyAuthorization, Duration validFor) {
        return posted.post(hostname, keyAuthorization, clock.instant().plus(validFor));
    }

    /** Takes a challenge back, unless another one was posted meanwhile. */
    public StoreEffect withdraw(Hostname hostname, String keyAuthorization) {
        return posted.withdraw(hostname, keyAuthorization);
    }

    /** What to serve to an {@code acme-tls/1} handshake for this hostname: a strongly consistent read. */
    public ChallengeAnswer find(Hostname hostname) {
        return switch (posted.find(hostname)) {
            case ChallengeResult.Posted(PostedChallenge challenge) ->
                new ChallengeAnswer.Present(certificates.create(hostname, challenge.acmeIdentifier()));
            case ChallengeResult.None() -> new ChallengeAnswer.Absent();
            case ChallengeResult.Unreachable(String reason) -> new ChallengeAnswer.Unreachable(reason);
        };
    }
}
