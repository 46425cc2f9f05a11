package dev.anyhost.proxy.issuance;

import dev.anyhost.proxy.issuance.IssuanceOutcome.Cause;
import dev.anyhost.proxy.issuance.IssuanceOutcome.RateLimited;
import dev.anyhost.proxy.issuance.IssuanceOutcome.Rejected;
import dev.anyhost.proxy.issuance.IssuanceOutcome.Unavailable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.http.HttpTimeoutException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeLazyLoadingException;
import org.shredzone.acme4j.exception.AcmeProtocolException;
import org.shredzone.acme4j.exception.AcmeRateLimitedException;
import org.shredzone.acme4j.exception.AcmeServerException;

/** What acme4j's exceptions mean for an attempt. */
final class AuthorityFailures {

    /** How long to keep away from an authority that says "too many" but not until when. */
    static final Duration UNTOLD_PAUSE = Duration.ofMinutes(1);

    private static final int DEEPEST_CAUSE = 20;

    /** What no hostname has anything to do with: account and configuration. */
    private static final List<String> OUR_DOING = List.of(
            "accountDoesNotExist",
            "externalAccountRequired",
            "invalidContact",
            "invalidProfile",
            "unsupportedContact",
            "userActionRequired");

    private final InstantSource clock;

    AuthorityFailures(InstantSource clock) {
        this.clock = clock;
    }

    /** An error answer, or no answer. */
    IssuanceOutcome outcome(AcmeException failure) {
        return switch (failure) {
            case AcmeRateLimitedException limited ->
                limited(AcmeProblem.of(limited.getProblem()), limited.getRetryAfter());
            case AcmeServerException refused -> outcome(AcmeProblem.of(refused.getProblem()));
            default ->
                cause(failure, IOException.class)
                        .map(lost -> outcome(failure, lost))
                        .orElseGet(() -> unusable(failure.toString()));
        };
    }

    /** An answer that isn't ACME. */
    IssuanceOutcome outcome(AcmeProtocolException garbage) {
        return unusable(garbage.toString());
    }

    /** acme4j fetched something by itself, and that failed. */
    IssuanceOutcome outcome(AcmeLazyLoadingException lazy) {
        return lazy.getCause() instanceof AcmeException failure ? outcome(failure) : unusable(lazy.toString());
    }

    /** A problem that the authority gave as its reason. */
    IssuanceOutcome outcome(AcmeProblem problem) {
        if (problem.is("rateLimited")) {
            return limited(problem, Optional.empty());
        }
        if (problem.is("serverInternal")) {
            return new Unavailable(Cause.AUTHORITY_FAILED, problem.toString());
        }
        return OUR_DOING.stream().anyMatch(problem::is)
                ? new Unavailable(Cause.ACCOUNT_REFUSED, problem.toString())
                : new Rejected(problem);
    }

    private IssuanceOutcome outcome(AcmeException failure, IOException lost) {
        Optional<AuthorityBusyException> busy = cause(failure, AuthorityBusyException.class);
        if (busy.isPresent()) {
            return outcome(busy.get());
        }
        if (cause(failure, CertificateException.class).isPresent()
                || cause(failure, CertPathBuilderException.class).isPresent()) {
            return new Unavailable(Cause.UNTRUSTED, innermost(failure));
        }
        if (cause(failure, InterruptedIOException.class).isPresent()) {
            return new Unavailable(Cause.STOPPED, "interrupted");
        }
        if (cause(failure, HttpTimeoutException.class).isPresent()) {
            return new Unavailable(Cause.UNREACHABLE, innermost(failure));
        }
        return new Unavailable(Cause.UNREACHABLE, lost + ": " + innermost(failure));
    }

    private IssuanceOutcome outcome(AuthorityBusyException busy) {
        if (busy.isTooManyRequests() || busy.retryAt().isPresent()) {
            return limited(busy.problem(), busy.retryAt());
        }
        return new Unavailable(Cause.AUTHORITY_FAILED, busy.problem().toString());
    }

    private RateLimited limited(AcmeProblem problem, Optional<Instant> retryAt) {
        return new RateLimited(retryAt.orElseGet(() -> clock.instant().plus(UNTOLD_PAUSE)), problem);
    }

    private static Unavailable unusable(String detail) {
        return new Unavailable(Cause.UNUSABLE_ANSWER, detail);
    }

    static <T extends Throwable> Optional<T> cause(Throwable failure, Class<T> type) {
        return Stream.<Throwable>iterate(failure, each -> each != null, Throwable::getCause)
                .limit(DEEPEST_CAUSE)
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst();
    }

    private static String innermost(Throwable failure) {
        return Stream.<Throwable>iterate(failure, each -> each != null, Throwable::getCause)
                .limit(DEEPEST_CAUSE)
                .reduce((outer, inner) -> inner)
                .orElse(failure)
                .toString();
    }
}
