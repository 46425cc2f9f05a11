package dev.anyhost.store.tickets;

import static dev.anyhost.store.tickets.TicketKeyRing.AHEAD;
import static dev.anyhost.store.tickets.TicketKeyRing.KEPT;
import static dev.anyhost.store.tickets.TicketKeyRing.LONGEST;
import static dev.anyhost.store.tickets.TicketKeyRing.PERIOD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** When each key of a ring is used. */
class TicketKeyRingTest {

    private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
    private static final Duration BLINK = Duration.ofSeconds(1);

    private static TicketKeyRing beginning(Instant... encryptsFrom) {
        return new TicketKeyRing(
                Arrays.stream(encryptsFrom).map(TicketKey::random).toList());
    }

    private static Instant hours(int hours) {
        return START.plus(Duration.ofHours(hours));
    }

    @Test
    void firstRing_encryptsAtOnceAlsoWhereClocksAreBehind() {
        TicketKeyRing ring = TicketKeyRing.first(START);

        assertThat(ring.encrypting(START)).contains(ring.keys().getFirst());
        assertThat(ring.encrypting(START.minus(Duration.ofMinutes(30))))
                .contains(ring.keys().getFirst());
        assertThat(ring.isDue(START)).isFalse();
    }

    @Test
    void nextKey_isDueAheadOfTheEndOfThePeriodAndEncryptsAfterIt() {
        TicketKeyRing ring = beginning(START);
        Instant due = START.plus(PERIOD).minus(AHEAD);

        assertThat(ring.isDue(due.minus(BLINK))).isFalse();
        assertThat(ring.isDue(due)).isTrue();
        TicketKeyRing next = ring.next(due);
        TicketKey current = ring.keys().getFirst();
        TicketKey added = next.keys().getLast();

        assertThat(next.isDue(due)).isFalse();
        assertThat(next.encrypting(START.plus(PERIOD).minus(BLINK))).contains(current);
        assertThat(next.encrypting(START.plus(PERIOD))).contains(added);
        assertThat(next.decrypting(due)).containsExactly(added, current);
    }

    @Test
    void oldestKey_isDroppedForTheFifth() {
        TicketKeyRing ring = beginning(START);
        List<TicketKey> all = new ArrayList<>(ring.keys());
        for (int rotation = 1; rotation <= KEPT; rotation++) {
            ring = ring.next(hours(12 * rotation - 1));
            all.add(ring.keys().getLast());
        }

        assertThat(ring.keys()).isEqualTo(all.subList(1, KEPT + 1));
        assertThat(ring.decrypting(hours(47)))
                .isEqualTo(all.subList(1, KEPT + 1).reversed());
    }

    @Test
    void keyThatNothingFollows_encryptsUntilItIsTooOldAndDecryptsLonger() {
        TicketKeyRing ring = beginning(START);
        Instant tooOld = START.plus(LONGEST);

        assertThat(ring.encrypting(tooOld.minus(BLINK))).contains(ring.keys().getFirst());
        assertThat(ring.encrypting(tooOld)).isEmpty();
        assertThat(ring.decrypting(hours(48).minus(BLINK))).isEqualTo(ring.keys());
        assertThat(ring.decrypting(hours(48))).isEmpty();
    }

    @Test
    void clockThatIsFarBehind_neverThinksThatAKeyIsDue() {
        TicketKeyRing ring = beginning(START, hours(12), hours(24), hours(36));

        for (int behind = 1; behind < 40; behind++) {
            // The present of the others is any moment at which the ring isn't due.
            for (int now = 36; now < 47; now++) {
                assertThat(ring.isDue(hours(now - behind)))
                        .as("%s h behind at %s h", behind, now)
                        .isFalse();
            }
        }
        assertThat(ring.encrypting(START.minus(BLINK))).isEmpty();
    }

    @Test
    void keyFromAClockThatIsFarAhead_isPassedOverAndDroppedWhenTheNextIsDue() {
        TicketKeyRing ring = beginning(START, hours(24 * 365));

        assertThat(ring.encrypting(hours(5))).contains(ring.keys().getFirst());
        assertThat(ring.isDue(hours(10))).isFalse();
        assertThat(ring.isDue(hours(11))).isTrue();
        assertThat(ring.next(hours(11)).keys())
                .extracting(TicketKey::encryptsFrom)
                .containsExactly(START, hours(12));
    }

    @Test
    void ring_isReadAsItWasWritten() {
        TicketKeyRing ring = beginning(START, hours(12), hours(24));

        assertThat(TicketKeyRing.decode(ring.encoded())).contains(ring);
        assertThat(ring.encoded()).hasSize(3 * (8 + 48));
    }

    @Test
    void anyOctets_areARingOrNone() {
        long seed = 20_261_121;
        Random random = new Random(seed);
        for (int round = 0; round < 10_000; round++) {
            byte[] octets = new byte[random.nextInt(4 * 56 + 2)];
            random.nextBytes(octets);
            boolean whole = octets.length > 0 && octets.length % 56 == 0;
            if (!whole) {
                assertThat(TicketKeyRing.decode(octets))
                        .as("seed %s round %s", seed, round)
                        .isEmpty();
            } else {
                TicketKeyRing.decode(octets)
                        .ifPresent(ring ->
                                assertThat(TicketKeyRing.decode(ring.encoded())).contains(ring));
            }
        }
    }

    @Test
    void ringWithoutKeys_isNone() {
        assertThatThrownBy(() -> new TicketKeyRing(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void printedRing_showsNoKey() {
        TicketKeyRing ring = TicketKeyRing.first(START);
        TicketKey key = ring.keys().getFirst();

        String printed = ring.toString();

        assertThat(printed)
                .contains(HexFormat.of().formatHex(key.name(), 0, 4))
                .doesNotContain(HexFormat.of().formatHex(key.hmacKey(), 0, 4))
                .doesNotContain(HexFormat.of().formatHex(key.aesKey(), 0, 4));
    }
}
