package dev.anyhost.verifier.onboarding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Policy;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Thousands of random lives of one hostname between two tenants, with a DNS that changes, fails and keeps old records, judged
 * as SEMANTICS 18 says: who may be served is decided by an independent record of who proved what.
 */
class TakeoverTest {

    private static final Hostname SHOP = Hostname.parse("shop.example").orElseThrow();
    private static final Instant BEGINNING = Instant.parse("2026-11-21T00:00:00Z");
    private static final CheckSchedule SCHEDULE = CheckSchedule.DEFAULT;
    private static final List<String> TENANTS = List.of("acme", "rival");
    private static final List<Leads> LEADS = List.of(Leads.values());
    private static final int LIVES = 3_000;
    private static final int STEPS = 80;

    @Test
    void whateverTwoTenantsDo_neitherIsServedWithoutAProofOfItsOwn() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var served = new HashMap<String, Integer>();
        for (int life = 0; life < LIVES; life++) {
            new World(random, "seed " + seed + ", life " + life, served).live();
        }
        // What never serves proves nothing.
        assertThat(served).containsOnlyKeys("acme", "rival", "acme after rival", "rival after acme", "blocked");
    }

    private enum Leads {
        NOWHERE,
        TO_ACME,
        TO_RIVAL,
        TO_ALL
    }

    private static final class World {
        private final Random random;
        private final String name;
        private final Map<String, Integer> served;
        private Instant now = BEGINNING;
        private Optional<Domain> domain = Optional.empty();
        private Optional<Removed> left = Optional.empty();

        private Leads leads = Leads.NOWHERE;
        private String text = "";
        private boolean answers = true;

        /** When each tenant's last registration ended. */
        private final Map<String, Instant> ended = new HashMap<>();

        /** When each tenant was last served by virtue of its own TXT record. */
        private final Map<String, Instant> provenAt = new HashMap<>();

        /** Of this registration. */
        private boolean wasAnothers;

        private Optional<Instant> blockedUntil = Optional.empty();
        private int tokens;

        /** Whether a check of this registration saw its own TXT record since it was last refused. */
        private boolean textSeen;

        private boolean everProven;

        World(Random random, String name, Map<String, Integer> served) {
            this.random = random;
            this.name = name;
            this.served = served;
        }

        void live() {
            for (int step = 0; step < STEPS; step++) {
                now = now.plusSeconds(random.nextInt(6) == 0 ? random.nextInt(1_500_000) : random.nextInt(40_000));
                change();
                if (domain.isEmpty()) {
                    register(TENANTS.get(random.nextInt(2)));
                } else {
                    happen(domain.get());
                }
                domain.ifPresent(this::judge);
            }
        }

        private void change() {
            answers = random.nextInt(6) != 0;
            if (random.nextInt(4) == 0) {
                leads = LEADS.get(random.nextInt(LEADS.size()));
            }
            if (random.nextInt(5) == 0) {
                text = random.nextBoolean() ? "token-" + tokens : "token-" + random.nextInt(tokens + 1);
            }
        }

        private void register(String tenant) {
            var application = new Application(SHOP, tenant, Optional.empty(), Policy.DEFAULT);
            Domain next = application.accepted(DomainStatus.PENDING, "token-" + ++tokens, left, now);
            left = Optional.empty();
            wasAnothers = isAnothers(tenant);
            textSeen = false;
            everProven = false;
            domain = Optional.of(next);
        }

        private void happen(Domain before) {
            domain = switch (random.nextInt(12)) {
                case 0, 1 -> {
                    ended.put(before.tenant(), now);
                    left = Optional.of(before.removed(now));
                    blockedUntil = before.status() == DomainStatus.BLOCKED
                            ? Optional.of(now.plus(Duration.ofDays(30)))
                            : Optional.empty();
                    yield Optional.empty();
                }
                case 2 -> Optional.of(blocked(before, random.nextInt(3) > 0));
                default -> Optional.of(checked(before));
            };
        }

        private Domain blocked(Domain before, boolean block) {
            if (block != (before.status() == DomainStatus.BLOCKED)) {
                textSeen = false;
                everProven = false;
                blockedUntil = Optional.empty();
            }
            return before.blocked(block, now);
        }

        private Domain checked(Domain before) {
            Domain after = before.checked(new Finding(finding(before), "message"), SCHEDULE, now);
            if (after.status() == DomainStatus.SUSPENDED) {
                textSeen = false;
                everProven = false;
            }
            return after;
        }

        /** As the DNS probe judges: it asks for the TXT record only where it decides. */
        private FindingCode finding(Domain of) {
            Registration.Proof proof = of.registration().proof();
            boolean own = leads == (of.tenant().equals("acme") ? Leads.TO_ACME : Leads.TO_RIVAL);
            if (!answers) {
                return FindingCode.DNS_UNAVAILABLE;
            }
            if (leads == Leads.NOWHERE) {
                return FindingCode.NO_RECORDS;
            }
            if (!own && leads != Leads.TO_ALL) {
                return FindingCode.CNAME_OTHER_TENANT;
            }
            if (!proof.given() && (proof.required() || !own)) {
                if (!text.equals(proof.token())) {
                    return FindingCode.TXT_MISSING;
                }
                textSeen = true;
            }
            everProven = true;
            return own ? FindingCode.CNAME_OK : FindingCode.SHARED_TARGET_OK;
        }

        private void judge(Domain now) {
            if (blockedUntil.filter(this.now::isBefore).isPresent()) {
                check(now.status() == DomainStatus.BLOCKED, now);
                count("blocked");
            }
            if (!now.status().isAllowed()) {
                return;
            }
            check(everProven, now);
            if (wasAnothers) {
                check(textSeen, now);
                count(now.tenant() + " after " + other(now.tenant()));
            }
            if (textSeen) {
                provenAt.put(now.tenant(), this.now);
            }
            count(now.tenant());
        }

        private static String other(String tenant) {
            return tenant.equals("acme") ? "rival" : "acme";
        }

        /** Whether the name was the other's a short while ago, and this tenant never proved since that it has changed hands. */
        private boolean isAnothers(String tenant) {
            Instant end = ended.getOrDefault(other(tenant), Instant.MIN);
            return end.isAfter(now.minus(Duration.ofDays(30)))
                    && !provenAt.getOrDefault(tenant, Instant.MIN).isAfter(end);
        }

        private void count(String what) {
            served.merge(what, 1, Integer::sum);
        }

        private void check(boolean holds, Domain at) {
            assertThat(holds)
                    .as("%s, at %s, ended %s, proven %s: %s", name, now, ended, provenAt, at)
                    .isTrue();
        }
    }
}
