package dev.anyhost.proxy.issuance;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.RenewalInfo;
import org.shredzone.acme4j.connector.Resource;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeProtocolException;
import org.shredzone.acme4j.exception.AcmeServerException;
import org.shredzone.acme4j.toolbox.AcmeUtils;

/** Asks an authority when a certificate should be renewed (RFC 9773 section 4). */
final class RenewalWindow {

    /** RFC 9773 section 4.3.2: without a usable Retry-After, and never less or more often than these. */
    private static final Duration USUAL = Duration.ofHours(6);

    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofHours(12);

    private final AuthorityFailures failures;
    private final InstantSource clock;

    RenewalWindow(AuthorityFailures failures, InstantSource clock) {
        this.failures = failures;
        this.clock = clock;
    }

    Suggestion ask(Login login, X509Certificate certificate) {
        try {
            if (identifier(login, certificate).isEmpty()) {
                return new Suggestion.None();
            }
            RenewalInfo info = login.bindRenewalInfo(certificate);
            Instant now = clock.instant();
            Instant askAgain = info.fetch().orElse(now.plus(USUAL));
            return window(info, bounded(askAgain, now));
        } catch (AcmeServerException unknown) {
            return new Suggestion.None();
        } catch (AcmeException failed) {
            return new Suggestion.Unavailable(failures.outcome(failed).toString());
        } catch (AcmeProtocolException garbage) {
            return new Suggestion.Unavailable(garbage.toString());
        }
    }

    /**
     * What a certificate is called at its authority (RFC 9773 section 4.1); empty when the authority has no use for that, or
     * the certificate no authority key identifier.
     */
    static Optional<String> identifier(Login login, X509Certificate certificate) throws AcmeException {
        if (login.getSession().resourceUrlOptional(Resource.RENEWAL_INFO).isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(AcmeUtils.getRenewalUniqueIdentifier(certificate));
        } catch (AcmeProtocolException unnamed) {
            return Optional.empty();
        }
    }

    private static Suggestion window(RenewalInfo info, Instant askAgain) {
        Instant start = info.getSuggestedWindowStart();
        Instant end = info.getSuggestedWindowEnd();
        return start.isAfter(end)
                ? new Suggestion.Unavailable("the window ends " + end + ", before it begins, " + start)
                : new Suggestion.Window(start, end, askAgain);
    }

    private static Instant bounded(Instant askAgain, Instant now) {
        Instant earliest = now.plus(SHORTEST);
        Instant latest = now.plus(LONGEST);
        return askAgain.isBefore(earliest) ? earliest : askAgain.isAfter(latest) ? latest : askAgain;
    }
}
