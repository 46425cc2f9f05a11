package dev.anyhost.proxy.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import dev.anyhost.domain.Verdict;
import dev.anyhost.testkit.FakeClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdmissionTest {

    private static final Hostname HOST = Hostname.parse("shop.example").orElseThrow();
    private static final Verdict ALLOWED = new Verdict.Allowed(Route.UNNAMED, Duration.ofMinutes(5));
    private static final Verdict REFUSED = new Verdict.Refused(Verdict.Refused.Reason.UNKNOWN);
    private static final Verdict SILENT = new Verdict.Silent("500");

    private final FakeClock clock = FakeClock.at(Instant.parse("2026-11-01T00:00:00Z"));
    private final ArrayDeque<Verdict> answers = new ArrayDeque<>();
    private final Admission admission = new Admission(hostname -> answers.removeFirst(), clock::nanos, 100);

    private void answering(Verdict... verdicts) {
        answers.addAll(List.of(verdicts));
    }

    @Test
    void allowed_isAskedOnceWithinItsMaxAge() {
        answering(ALLOWED, REFUSED);
        assertThat(admission.ask(HOST)).isEqualTo(ALLOWED);
        clock.advance(Duration.ofSeconds(299));
        assertThat(admission.ask(HOST)).isEqualTo(ALLOWED);
        clock.advance(Duration.ofSeconds(2));
        assertThat(admission.fresh(HOST)).isEmpty();
        assertThat(admission.ask(HOST)).isEqualTo(REFUSED);
    }

    @Test
    void refused_isAskedAgainAfterThirtySeconds() {
        answering(REFUSED, ALLOWED);
        assertThat(admission.ask(HOST)).isEqualTo(REFUSED);
        clock.advance(Duration.ofSeconds(29));
        assertThat(admission.ask(HOST)).isEqualTo(REFUSED);
        clock.advance(Duration.ofSeconds(2));
        assertThat(admission.ask(HOST)).isEqualTo(ALLOWED);
    }

    @Test
    void silence_isNoVerdictAndReplacesNone() {
        answering(ALLOWED, SILENT, SILENT);
        assertThat(admission.ask(HOST)).isEqualTo(ALLOWED);
        clock.advance(Duration.ofMinutes(6));
        assertThat(admission.ask(HOST)).isEqualTo(SILENT);
        assertThat(admission.last(HOST)).contains(ALLOWED);
        assertThat(admission.ask(HOST)).isEqualTo(SILENT);
    }

    @Test
    void lastVerdict_isForgottenADayAfterItsMaxAge() {
        answering(ALLOWED);
        assertThat(admission.ask(HOST)).isEqualTo(ALLOWED);
        clock.advance(Duration.ofHours(24));
        assertThat(admission.last(HOST)).contains(ALLOWED);
        clock.advance(Duration.ofMinutes(6));
        assertThat(admission.last(HOST)).isEmpty();
    }
}
