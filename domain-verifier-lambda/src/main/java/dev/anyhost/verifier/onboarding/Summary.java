package dev.anyhost.verifier.onboarding;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * The one answer to how a hostname is doing.
 *
 * @param code machine-readable: the last finding's, or the reason why there is none
 * @param message one sentence: what to do, or that there is nothing to do
 * @param nextCheckAt when it is looked at again; empty when it isn't
 */
public record Summary(State state, String code, String message, Optional<Instant> nextCheckAt) {

    /** Whether somebody has to do something. */
    public enum State {
        /** Visitors are served. */
        SERVING,
        /** It is being set up; the message says what is awaited. */
        IN_PROGRESS,
        /** It isn't served, and won't be unless somebody does what the message says. */
        STUCK;

        /** The word in answers. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The summary of a domain at a time. */
    public static Summary of(Domain domain, Instant now) {
        Checks checks = domain.standing().checks();
        Optional<Finding> last = checks.last();
        return switch (domain.status()) {
            case BLOCKED ->
                new Summary(State.STUCK, "blocked", "The operator has blocked this hostname.", Optional.empty());
            case ACTIVE, MISCONFIGURED ->
                hindrance(domain)
                        .map(hindrance -> of(
                                hindrance.served() ? State.SERVING : State.STUCK,
                                Optional.of(hindrance.finding()),
                                "",
                                "",
                                checks))
                        .orElseGet(() -> of(
                                State.SERVING,
                                last,
                                "active",
                                "This hostname is served; nothing is to be done.",
                                checks));
            case PENDING ->
                of(
                        now.isBefore(domain.standing().since().plus(CheckSchedule.GIVES_UP_AFTER))
                                ? State.IN_PROGRESS
                                : State.STUCK,
                        last,
                        "not_checked_yet",
                        "The first check of this hostname's DNS is about to run.",
                        checks);
            case SUSPENDED ->
                of(
                        State.STUCK,
                        last,
                        "suspended",
                        "This hostname isn't served any more; its DNS is about to be checked.",
                        checks);
        };
    }

    /** What the proxies saw counts where the checks have nothing against the hostname: they say better what to change. */
    private static Optional<Hindrance> hindrance(Domain domain) {
        return domain.standing()
                .hindrance()
                .filter(_ -> domain.standing()
                        .checks()
                        .last()
                        .map(Finding::kind)
                        .filter(kind -> kind == FindingCode.Kind.WRONG || kind == FindingCode.Kind.HINDERED)
                        .isEmpty());
    }

    private static Summary of(
            State state, Optional<Finding> last, String codeOfNone, String messageOfNone, Checks checks) {
        return new Summary(
                state,
                last.map(finding -> finding.code().text()).orElse(codeOfNone),
                last.map(Finding::message).orElse(messageOfNone),
                checks.next());
    }
}
