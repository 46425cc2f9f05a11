package dev.anyhost.verifier.onboarding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Policy;
import dev.anyhost.verifier.onboarding.FindingCode.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Thousands of random lives of one hostname, and what must hold in each at every step. */
class DomainHistoryTest {

    private static final Hostname SHOP = Hostname.parse("shop.example").orElseThrow();
    private static final Instant BEGINNING = Instant.parse("2026-11-21T00:00:00Z");
    private static final CheckSchedule SCHEDULE = CheckSchedule.DEFAULT;
    private static final List<FindingCode> CODES = List.of(FindingCode.values());
    private static final int LIVES = 3_000;
    private static final int STEPS = 60;

    @Test
    void whateverHappens_theRulesHold() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        for (int life = 0; life < LIVES; life++) {
            new Life(random, "seed " + seed + ", life " + life).live();
        }
    }

    /** One life, and an independent record of what its rules depend on. */
    private static final class Life {
        private final Random random;
        private final String name;
        private Instant now = BEGINNING;
        private Optional<Domain> domain = Optional.empty();
        private Optional<Removed> left = Optional.empty();
        private final Set<String> events = new HashSet<>();
        private Set<String> waiting = Set.of();
        private long version;
        private int wrongInARow;
        private Instant wrongSince = BEGINNING;
        private boolean freshlyProven;

        Life(Random random, String name) {
            this.random = random;
            this.name = name;
        }

        void live() {
            for (int step = 0; step < STEPS; step++) {
                now = now.plusSeconds(random.nextInt(4) == 0 ? random.nextInt(1_000_000) : random.nextInt(5_000));
                if (domain.isEmpty()) {
                    register(random.nextBoolean() ? "acme" : "rival");
                } else {
                    happen(domain.get());
                }
            }
        }

        private void register(String tenant) {
            var application = new Application(SHOP, tenant, Optional.empty(), Policy.DEFAULT);
            Domain next = application.accepted(DomainStatus.PENDING, "token", left, now);
            boolean quarantined = left.filter(removed -> !removed.tenant().equals(tenant)
                            && now.isBefore(removed.removedAt().plus(Duration.ofDays(30))))
                    .isPresent();
            boolean unproven = left.filter(removed -> removed.former().unproven()
                            && now.isBefore(removed.removedAt().plus(Duration.ofDays(30))))
                    .isPresent();
            check(next.registration().proof().required() == (quarantined || unproven), next);
            check(!next.status().isAllowed(), next);
            left = Optional.empty();
            wrongInARow = 0;
            freshlyProven = false;
            accept(next);
        }

        private void happen(Domain before) {
            switch (random.nextInt(10)) {
                case 0 -> {
                    Removed removed = before.removed(now);
                    check(removed.version() == before.version() + 1, before);
                    version = removed.version();
                    hear(removed);
                    left = Optional.of(removed);
                    domain = Optional.empty();
                }
                case 1 -> block(before, random.nextInt(3) == 0);
                case 2 -> unchangedStatus(before, before.changed(Optional.empty(), Policy.DEFAULT, now));
                case 3 -> unchangedStatus(before, before.checkRequested(now));
                default -> checked(before);
            }
        }

        private void block(Domain before, boolean block) {
            Domain after = before.blocked(block, now);
            if (after.version() == before.version()) {
                check(after.equals(before), after);
                return;
            }
            check(!after.status().isAllowed(), after);
            check(block == after.standing().checks().next().isEmpty(), after);
            freshlyProven = false;
            accept(after);
        }

        private void unchangedStatus(Domain before, Domain after) {
            check(after.status() == before.status(), after);
            if (after.version() != before.version()) {
                accept(after);
            }
        }

        private void checked(Domain before) {
            FindingCode code = CODES.get(random.nextInt(CODES.size()));
            Domain after = before.checked(new Finding(code, "message"), SCHEDULE, now);
            remember(effect(code, before));
            switch (code.kind()) {
                case PROVEN, PROVEN_WITH_WARNING ->
                    check(after.status() == DomainStatus.ACTIVE || before.status() == DomainStatus.BLOCKED, after);
                case HINDERED ->
                    check(after.status().isAllowed() == before.status().isAllowed(), after);
                case WRONG ->
                    check(!(after.status().isAllowed() && !before.status().isAllowed()), after);
                case UNKNOWN -> check(after.status() == before.status(), after);
            }
            if (after.status() == DomainStatus.SUSPENDED && before.status() != DomainStatus.SUSPENDED) {
                check(before.status() == DomainStatus.MISCONFIGURED && wrongInARow >= 3, after);
                check(!now.isBefore(wrongSince.plus(Duration.ofDays(7)).minusSeconds(1)), after);
                freshlyProven = false;
            }
            if (after.status().isAllowed()) {
                check(freshlyProven, after);
            }
            check(
                    after.standing()
                                    .checks()
                                    .next()
                                    .filter(next -> next.isAfter(now))
                                    .isPresent()
                            == (after.status() != DomainStatus.BLOCKED),
                    after);
            if (after.status() == DomainStatus.SUSPENDED || after.status() == DomainStatus.PENDING) {
                check(!after.registration().proof().given(), after);
            }
            accept(after);
        }

        /** What hinders a new certificate is as good as nothing for a name that is served, and proves nothing. */
        private Kind effect(FindingCode code, Domain before) {
            if (code.kind() != Kind.HINDERED) {
                return code.kind();
            }
            if (before.status().isAllowed()) {
                wrongInARow = 0;
                return Kind.UNKNOWN;
            }
            return Kind.WRONG;
        }

        /** A finding is only ever a proof of the registration that it was made for. */
        private void remember(Kind kind) {
            switch (kind) {
                case PROVEN, PROVEN_WITH_WARNING -> {
                    wrongInARow = 0;
                    freshlyProven = true;
                }
                case HINDERED, WRONG -> {
                    if (wrongInARow++ == 0) {
                        wrongSince = now;
                    }
                }
                case UNKNOWN -> {
                    // Changes nothing.
                }
            }
        }

        private void accept(Domain next) {
            check(next.version() == version + 1, next);
            check(next.outbox().events().size() <= Outbox.LARGEST, next);
            check(next.outbox().due().isPresent() == !next.outbox().events().isEmpty(), next);
            check(next.standing().checks().timeline().size() <= Checks.LONGEST, next);
            hear(next);
            version = next.version();
            domain = Optional.of(next);
        }

        /** What is new in the outbox was never there before. */
        private void hear(Entry next) {
            Set<String> ids =
                    next.outbox().events().stream().map(DomainEvent::id).collect(Collectors.toSet());
            assertThat(ids).as(name).hasSameSizeAs(next.outbox().events());
            ids.stream()
                    .filter(id -> !waiting.contains(id))
                    .forEach(id ->
                            assertThat(events.add(id)).as("%s: %s", name, id).isTrue());
            waiting = ids;
        }

        private void check(boolean holds, Domain at) {
            assertThat(holds).as("%s, at %s: %s", name, now, at).isTrue();
        }
    }

    @Test
    void newName_isCheckedSoonAndThenLessAndLessOften() {
        Domain pending = new Application(SHOP, "acme", Optional.empty(), Policy.DEFAULT)
                .accepted(DomainStatus.PENDING, "token", Optional.empty(), BEGINNING);
        assertThat(pending.standing().checks().next()).contains(BEGINNING);
        Instant now = BEGINNING;
        Duration before = Duration.ZERO;
        int tries = 0;
        while (now.isBefore(BEGINNING.plus(CheckSchedule.GIVES_UP_AFTER))) {
            pending = pending.checked(new Finding(FindingCode.NO_RECORDS, ""), SCHEDULE, now);
            Instant next = pending.standing().checks().next().orElseThrow();
            Duration interval = Duration.between(now, next);
            if (next.isBefore(BEGINNING.plus(CheckSchedule.GIVES_UP_AFTER))) {
                assertThat(interval)
                        .isGreaterThanOrEqualTo(before)
                        .isBetween(Duration.ofMinutes(1), Duration.ofHours(5));
            }
            before = interval;
            now = next;
            tries++;
        }
        assertThat(tries).isBetween(50, 90);
        pending = pending.checked(new Finding(FindingCode.NO_RECORDS, ""), SCHEDULE, now);
        assertThat(Duration.between(now, pending.standing().checks().next().orElseThrow()))
                .isBetween(Duration.ofHours(24), Duration.ofHours(27));
        assertThat(Summary.of(pending, now).state()).isEqualTo(Summary.State.STUCK);
    }
}
