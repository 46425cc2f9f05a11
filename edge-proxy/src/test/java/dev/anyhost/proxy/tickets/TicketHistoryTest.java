package dev.anyhost.proxy.tickets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.store.SharedTicketKeys;
import dev.anyhost.store.TicketKeysResult;
import dev.anyhost.store.tickets.TicketKey;
import dev.anyhost.store.tickets.TicketKeyRing;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random days of a fleet: instances with clocks some minutes apart look at their own times, race, restart, and can't reach
 * the store now and then. Each minute, what was promised of ticket keys is checked for all of them.
 */
class TicketHistoryTest {

    private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
    private static final Duration APART = Duration.ofMinutes(10);
    private static final int INSTANCES = 4;
    private static final int MINUTES = 10 * 24 * 60;

    private final List<Instance> instances = new ArrayList<>();
    private final Set<TicketKey> everStored = new HashSet<>();
    private final Map<TicketKey, Instant> dropped = new HashMap<>();
    private final Map<TicketKey, Instant> firstUse = new HashMap<>();
    private Optional<TicketKeysResult.Found> row = Optional.empty();
    private Instant now = START;
    private Random random = new Random();
    /** Whether instances lose the store for minutes up to days, lose answers, and restart. */
    private boolean outages;

    private String history = "";

    /** One process. */
    private final class Instance implements SharedTicketKeys {
        final Duration skew = Duration.ofSeconds(random.nextLong(-APART.toSeconds(), APART.toSeconds()));
        TicketRotation rotation = started();
        Instant looksAt = now;
        Instant away = now;
        /** When it last read the ring; the beginning of time if never since it started. */
        Instant read = Instant.EPOCH;

        TicketRotation started() {
            return new TicketRotation(this, () -> now.plus(skew), _ -> {});
        }

        void restart() {
            rotation = started();
            read = Instant.EPOCH;
            look();
        }

        void look() {
            looksAt = now.plus(TicketRotation.EVERY);
            if (rotation.look() == TicketRotation.Result.FAILED) {
                looksAt = now.plus(1, ChronoUnit.MINUTES);
            } else {
                read = now;
            }
        }

        private boolean isAway() {
            return now.isBefore(away);
        }

        @Override
        public TicketKeysResult find() {
            return isAway()
                    ? new TicketKeysResult.Unreachable("away")
                    : row.<TicketKeysResult>map(found -> found).orElseGet(TicketKeysResult.Absent::new);
        }

        @Override
        public TicketKeysResult replace(long version, TicketKeyRing next) {
            if (random.nextInt(3) == 0) {
                // Somebody else looks between this one's read and its write.
                instances.stream()
                        .filter(other -> other != this && other.looksAt.isAfter(now))
                        .findAny()
                        .ifPresent(Instance::look);
            }
            if (isAway()) {
                return new TicketKeysResult.Unreachable("away");
            }
            long stored = row.map(TicketKeysResult.Found::version).orElse(NO_VERSION);
            if (stored == version) {
                store(new TicketKeysResult.Found(next, version + 1));
                if (outages && random.nextInt(10) == 0) {
                    return new TicketKeysResult.Unreachable("the answer is lost");
                }
            }
            return row.orElseThrow();
        }

        private TicketKey encrypting() {
            return rotation.keys().getFirst();
        }
    }

    private void store(TicketKeysResult.Found next) {
        row.ifPresent(before -> before.ring().keys().stream()
                .filter(key -> !next.ring().keys().contains(key))
                .forEach(key -> dropped.put(key, now)));
        everStored.addAll(next.ring().keys());
        row = Optional.of(next);
    }

    private void run(long seed, Runnable checks) {
        random = new Random(seed);
        for (int i = 0; i < INSTANCES; i++) {
            instances.add(new Instance());
        }
        for (int minute = 0; minute < MINUTES; minute++) {
            now = START.plus(minute, ChronoUnit.MINUTES);
            history = "seed " + seed + " at " + now;
            for (Instance instance : instances) {
                if (outages) {
                    disturb(instance);
                }
                if (!now.isBefore(instance.looksAt)) {
                    instance.look();
                }
            }
            checks.run();
        }
    }

    private void disturb(Instance instance) {
        if (random.nextInt(12 * 60) == 0) {
            instance.away = now.plus(Duration.ofMinutes((long) Math.exp(random.nextDouble(Math.log(3 * 24 * 60)))));
        }
        if (random.nextInt(24 * 60) == 0) {
            instance.restart();
        }
    }

    private boolean isUpToDate(Instance instance) {
        return !instance.read.plus(TicketRotation.EVERY).isBefore(now);
    }

    private void whatOneEncryptsAllDecrypt() {
        for (Instance one : instances) {
            if (everStored.contains(one.encrypting())) {
                for (Instance other : instances) {
                    if (isUpToDate(other)) {
                        assertThat(other.rotation.keys()).as(history).contains(one.encrypting());
                    }
                }
            }
        }
    }

    private void keysAreUsedInTheirTimeOnly(Duration longest) {
        for (Instance instance : instances) {
            TicketKey key = instance.encrypting();
            firstUse.putIfAbsent(key, now);
            assertThat(Duration.between(firstUse.get(key), now)).as(history).isLessThanOrEqualTo(longest);
            assertThat(instance.rotation.keys()).as(history).doesNotHaveDuplicates();
            assertThat(instance.rotation.keys()).as(history).hasSizeLessThanOrEqualTo(2 * TicketKeyRing.KEPT);
            for (TicketKey used : instance.rotation.keys()) {
                assertThat(Duration.between(used.encryptsFrom(), now))
                        .as(history)
                        .isLessThanOrEqualTo(Duration.ofDays(2).plus(APART).plus(TicketRotation.EVERY));
                Instant drop = dropped.getOrDefault(used, Instant.MAX);
                assertThat(instance.read).as(history).isBeforeOrEqualTo(drop);
            }
        }
        row.ifPresent(
                found -> assertThat(found.ring().keys()).as(history).hasSizeLessThanOrEqualTo(TicketKeyRing.KEPT));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void instancesThatReachTheStore_shareKeysThatChangeEveryTwelveHours(long seed) {
        // Added up to a look late by one clock, begun up to a look late, and the clocks' difference at both ends.
        Duration longest =
                TicketKeyRing.PERIOD.plus(TicketRotation.EVERY.multipliedBy(2)).plus(APART.multipliedBy(2));
        run(seed, () -> {
            whatOneEncryptsAllDecrypt();
            keysAreUsedInTheirTimeOnly(longest);
            for (Instance instance : instances) {
                assertThat(everStored).as(history).contains(instance.encrypting());
            }
        });
        assertThat(firstUse).hasSizeGreaterThan(MINUTES / 60 / 13);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15})
    void instancesThatLoseTheStoreAndRestart_neverUseAKeyTooLongNorOneThatOthersLack(long seed) {
        // By each one's own clock; the others' may differ.
        Duration longest = TicketKeyRing.LONGEST.plus(TicketRotation.EVERY).plus(APART.multipliedBy(2));
        outages = true;
        run(seed, () -> {
            whatOneEncryptsAllDecrypt();
            keysAreUsedInTheirTimeOnly(longest);
        });
    }
}
