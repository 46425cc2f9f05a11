package dev.anyhost.proxy.issuance;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** The authority answered 429 or 5xx. An IOException, since that is what acme4j lets through a connection. */
final class AuthorityBusyException extends IOException {

    private static final int TOO_MANY_REQUESTS = 429;

    private final int status;
    private final transient AcmeProblem problem;
    private final transient Optional<Instant> retryAt;

    AuthorityBusyException(int status, AcmeProblem problem, Optional<Instant> retryAt) {
        super("HTTP " + status);
        this.status = status;
        this.problem = problem;
        this.retryAt = retryAt;
    }

    AcmeProblem problem() {
        return problem;
    }

    /** When it may be asked again, if it said so. */
    Optional<Instant> retryAt() {
        return retryAt;
    }

    boolean isTooManyRequests() {
        return status == TOO_MANY_REQUESTS;
    }
}
