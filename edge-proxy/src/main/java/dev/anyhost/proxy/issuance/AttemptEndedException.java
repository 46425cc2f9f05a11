package dev.anyhost.proxy.issuance;

/** Carries an outcome out of the middle of an attempt, past acme4j's own exceptions. Never leaves the package. */
final class AttemptEndedException extends Exception {

    private final transient IssuanceOutcome outcome;

    AttemptEndedException(IssuanceOutcome outcome) {
        super("attempt ended", null, false, false);
        this.outcome = outcome;
    }

    static AttemptEndedException unavailable(IssuanceOutcome.Cause cause, String detail) {
        return new AttemptEndedException(new IssuanceOutcome.Unavailable(cause, detail));
    }

    IssuanceOutcome outcome() {
        return outcome;
    }
}
