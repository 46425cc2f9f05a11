package dev.anyhost.proxy.renewal;

import dev.anyhost.proxy.issuance.Suggestion;
import dev.anyhost.store.CertificateFacts;
import dev.anyhost.store.LateRenewals.LateRenewal;
import dev.anyhost.store.SuggestedWindow;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * When a certificate is renewed: at an instant of the window that its authority suggests (RFC 9773), else with a third of
 * its life left, or half of a life under ten days; in the last twentieth in any case, and when an operator wishes it. Pure.
 */
final class RenewalPolicy {

    private static final Duration SHORT_LIFE = Duration.ofDays(10);

    /** Certificates that were issued together are renewed over this part of their life, so that load spreads. */
    private static final int SPREAD = 10;

    private RenewalPolicy() {}

    /** How near a certificate is to its end that should have been renewed long ago. */
    enum Alarm {
        NONE,
        /** A sixth of its life is left, or a quarter of a short one. */
        LATE,
        /** A twelfth of its life is left, or a tenth of a short one. */
        ALMOST_EXPIRED
    }

    /** When to renew it: what comes first of an authority's window, an operator's wish, and its end. */
    static Instant renewAt(CertificateFacts certificate, Optional<SuggestedWindow> window) {
        Instant wanted = window.map(SuggestedWindow::chosen).orElseGet(() -> unasked(certificate));
        Instant latest =
                earlier(emergencyAt(certificate), certificate.upkeep().renewAt().orElse(Instant.MAX));
        return earlier(wanted, latest);
    }

    static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    /** Since when renewing it brooks no delay. */
    static Instant emergencyAt(CertificateFacts certificate) {
        return left(certificate, 20);
    }

    private static Instant unasked(CertificateFacts certificate) {
        Duration life = life(certificate);
        Instant latest = left(certificate, isShort(life) ? 2 : 3);
        double place = (certificate.hostname().value().hashCode() & 0xffff) / (double) 0x10000;
        return latest.minusMillis((long) (life.dividedBy(SPREAD).toMillis() * place));
    }

    /**
     * What becomes of an authority's suggestion: another instant only for another window, and now when the window is over.
     *
     * @param known what it suggested before
     */
    static SuggestedWindow chosen(
            Suggestion.Window window, Optional<SuggestedWindow> known, Instant now, RandomGenerator random) {
        Instant start = window.start().truncatedTo(ChronoUnit.SECONDS);
        Instant end = window.end().truncatedTo(ChronoUnit.SECONDS);
        Instant chosen = known.filter(
                        before -> before.start().equals(start) && before.end().equals(end))
                .map(SuggestedWindow::chosen)
                .orElseGet(() -> within(start, end, now, random));
        return new SuggestedWindow(start, end, chosen, window.askAgain());
    }

    private static Instant within(Instant start, Instant end, Instant now, RandomGenerator random) {
        long seconds = Duration.between(start, end).toSeconds();
        Instant chosen = seconds <= 0 ? start : start.plusSeconds(random.nextLong(seconds));
        return end.isBefore(now) ? now : chosen;
    }

    static Alarm alarm(CertificateFacts certificate, Instant now) {
        LateRenewal late = late(certificate);
        if (!now.isBefore(late.almostExpiredAt())) {
            return Alarm.ALMOST_EXPIRED;
        }
        return now.isBefore(late.lateAt()) ? Alarm.NONE : Alarm.LATE;
    }

    /** From when on it is alarming that a certificate wasn't renewed. */
    static LateRenewal late(CertificateFacts certificate) {
        boolean small = isShort(life(certificate));
        return new LateRenewal(
                certificate.hostname(),
                left(certificate, small ? 4 : 6),
                left(certificate, small ? 10 : 12),
                certificate.notAfter());
    }

    /** When so much of its life is left: one part of so many. */
    private static Instant left(CertificateFacts certificate, int parts) {
        return certificate.notAfter().minus(life(certificate).dividedBy(parts));
    }

    private static Duration life(CertificateFacts certificate) {
        return Duration.between(certificate.notBefore(), certificate.notAfter());
    }

    private static boolean isShort(Duration life) {
        return life.compareTo(SHORT_LIFE) < 0;
    }
}
