package dev.anyhost.verifier.onboarding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Policy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Exact times, for a name that the spread over names moves by nothing. */
class CheckScheduleTest {

    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final Hostname UNMOVED = named(0);
    private static final Finding RIGHT = new Finding(FindingCode.CNAME_OK, "");
    private static final Finding WRONG = new Finding(FindingCode.CNAME_ELSEWHERE, "");
    private static final Finding UNKNOWN = new Finding(FindingCode.DNS_UNAVAILABLE, "");

    private static Hostname named(int percent) {
        return IntStream.range(0, 1_000)
                .mapToObj(i -> Hostname.parse("h" + i + ".example").orElseThrow())
                .filter(name -> Math.floorMod(name.value().hashCode(), 10) == percent)
                .findFirst()
                .orElseThrow();
    }

    private static Domain domain(Hostname hostname, DomainStatus status) {
        return new Application(hostname, "acme", Optional.empty(), Policy.DEFAULT)
                .accepted(status, "token", Optional.empty(), NOW);
    }

    /** The intervals after each of these findings, each made when it was due. */
    private static List<Long> seconds(Domain start, List<Finding> findings) {
        List<Long> seconds = new ArrayList<>();
        Domain domain = start;
        Instant now = NOW;
        for (Finding finding : findings) {
            domain = domain.checked(finding, CheckSchedule.DEFAULT, now);
            Instant next = domain.standing().checks().next().orElseThrow();
            seconds.add(Duration.between(now, next).toSeconds());
            now = next;
        }
        return seconds;
    }

    private static List<Finding> times(int count, Finding finding) {
        return Collections.nCopies(count, finding);
    }

    @Test
    void newName_slowlyAtFirstThenFasterUpToFourHours() {
        List<Long> seconds = seconds(domain(UNMOVED, DomainStatus.PENDING), times(45, WRONG));
        // 60·1.05ⁿ up to n = 9, 60·1.15ⁿ from n = 10
        assertThat(seconds.subList(0, 12))
                .containsExactly(63L, 66L, 69L, 72L, 76L, 80L, 84L, 88L, 93L, 242L, 279L, 321L);
        assertThat(seconds.get(37)).isEqualTo(12_152);
        assertThat(seconds.subList(39, 45)).containsOnly(14_400L);
    }

    @Test
    void newName_afterAWeek_daily() {
        Domain old = domain(UNMOVED, DomainStatus.PENDING);
        Instant justBefore = NOW.plus(Duration.ofDays(7)).minusSeconds(1);
        assertThat(old.checked(WRONG, CheckSchedule.DEFAULT, justBefore)
                        .standing()
                        .checks()
                        .next())
                .contains(justBefore.plusSeconds(63));
        Instant week = NOW.plus(Duration.ofDays(7));
        assertThat(old.checked(WRONG, CheckSchedule.DEFAULT, week)
                        .standing()
                        .checks()
                        .next())
                .contains(week.plus(Duration.ofDays(1)));
        assertThat(old.checked(UNKNOWN, CheckSchedule.DEFAULT, week)
                        .standing()
                        .checks()
                        .next())
                .contains(week.plus(Duration.ofDays(1)));
    }

    @Test
    void activeName_everyHalfDay_andSoonWhenItIsWrong() {
        assertThat(seconds(domain(UNMOVED, DomainStatus.PENDING), List.of(RIGHT, RIGHT, WRONG, WRONG, RIGHT)))
                .containsExactly(43_200L, 43_200L, 60L, 63L, 43_200L);
    }

    @Test
    void activeNameThatCantBeAsked_soonAndThenLessAndLessOften() {
        List<Finding> findings = new ArrayList<>(List.of(RIGHT));
        findings.addAll(times(60, UNKNOWN));
        List<Long> seconds = seconds(domain(UNMOVED, DomainStatus.PENDING), findings);
        assertThat(seconds.subList(1, 4)).containsExactly(63L, 66L, 69L);
        assertThat(seconds.getLast()).isEqualTo(14_400);
    }

    @Test
    void names_driftApartByUpToNinePercent() {
        assertThat(seconds(domain(named(9), DomainStatus.PENDING), List.of(RIGHT)))
                .containsExactly(47_088L);
        assertThat(seconds(domain(named(1), DomainStatus.PENDING), List.of(WRONG)))
                .containsExactly(63L);
    }

    @Test
    void blockedName_isNeverDue() {
        Domain blocked = domain(UNMOVED, DomainStatus.PENDING).blocked(true, NOW);
        assertThat(blocked.standing().checks().next()).isEmpty();
        assertThat(blocked.checked(RIGHT, CheckSchedule.DEFAULT, NOW)
                        .standing()
                        .checks()
                        .next())
                .isEmpty();
        assertThat(blocked.checkRequested(NOW)).isEqualTo(blocked);
        assertThat(blocked.blocked(false, NOW).standing().checks().next()).contains(NOW);
    }

    @Test
    void suspension_needsBothTheChecksAndTheTime() {
        Domain active = domain(UNMOVED, DomainStatus.PENDING).checked(RIGHT, CheckSchedule.DEFAULT, NOW);
        Domain twice = active.checked(WRONG, CheckSchedule.DEFAULT, NOW)
                .checked(WRONG, CheckSchedule.DEFAULT, NOW.plus(Duration.ofDays(30)));
        assertThat(twice.status()).isEqualTo(DomainStatus.MISCONFIGURED);
        Domain soon = active.checked(WRONG, CheckSchedule.DEFAULT, NOW);
        for (int i = 0; i < 50; i++) {
            soon = soon.checked(
                    WRONG, CheckSchedule.DEFAULT, NOW.plus(Duration.ofDays(7)).minusSeconds(1));
        }
        assertThat(soon.status()).isEqualTo(DomainStatus.MISCONFIGURED);
        assertThat(soon.checked(WRONG, CheckSchedule.DEFAULT, NOW.plus(Duration.ofDays(7)))
                        .status())
                .isEqualTo(DomainStatus.SUSPENDED);
        Domain unknown = twice;
        for (int i = 0; i < 50; i++) {
            unknown = unknown.checked(UNKNOWN, CheckSchedule.DEFAULT, NOW.plus(Duration.ofDays(60 + i)));
        }
        assertThat(unknown.status()).isEqualTo(DomainStatus.MISCONFIGURED);
    }
}
