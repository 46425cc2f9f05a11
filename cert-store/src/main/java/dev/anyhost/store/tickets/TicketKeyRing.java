package dev.anyhost.store.tickets;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The ticket keys that are in use together, and the rule when each is: one key encrypts, all decrypt.
 *
 * <p>Instances read the ring every few minutes and their clocks differ, so a key is in it {@link #AHEAD} of the moment
 * from which it encrypts: by then every instance that still reads the ring can decrypt with it. Nothing but the key itself
 * says when that moment is, so that all change over together whoever added the key. A key encrypts for {@link #PERIOD}; when
 * nobody can add the next one it goes on until it is {@link #LONGEST} old, and then there is none that encrypts.
 *
 * <p>A clock that is far off harms nobody else. One that is behind never thinks that a key is due. The key of one that is
 * ahead lies further in the future than any other would put it; it is passed over when the next one is due, and dropped then.
 *
 * @param keys from one to {@link #KEPT} of them, oldest first
 */
public record TicketKeyRing(List<TicketKey> keys) {

    /** How long a key encrypts. */
    public static final Duration PERIOD = Duration.ofHours(12);

    /** How long a key is known before it encrypts. */
    public static final Duration AHEAD = Duration.ofHours(1);

    /** How long a key encrypts at most. */
    public static final Duration LONGEST = Duration.ofHours(24);

    /** How many keys there are at most, counting the one that doesn't encrypt yet. */
    public static final int KEPT = 4;

    /** A key that nothing followed decrypts for as long as it would otherwise. */
    private static final Duration DECRYPTS = PERIOD.multipliedBy(KEPT);

    /** Beyond it, a key's beginning comes from a clock that is wrong. */
    private static final Duration HORIZON = AHEAD.multipliedBy(2);

    private static final int ENCODED = Long.BYTES + 3 * TicketKey.PART;

    public TicketKeyRing {
        keys = keys.stream()
                .sorted(Comparator.comparing(TicketKey::encryptsFrom))
                .skip(Math.max(0, keys.size() - KEPT))
                .toList();
        if (keys.isEmpty()) {
            throw new IllegalArgumentException("keys: none (expected: at least one)");
        }
    }

    /** A ring for when there is none: its key encrypts at once, also where clocks are behind. */
    public static TicketKeyRing first(Instant now) {
        return new TicketKeyRing(List.of(TicketKey.random(now.minus(AHEAD))));
    }

    /** Whether it is time for the {@link #next} ring. */
    public boolean isDue(Instant now) {
        List<TicketKey> plausible = plausible(now);
        return !plausible.isEmpty()
                && !now.isBefore(plausible.getLast().encryptsFrom().plus(PERIOD).minus(AHEAD));
    }

    /** The ring with a new key, which encrypts {@link #AHEAD} from now, in the place of the oldest. */
    public TicketKeyRing next(Instant now) {
        return new TicketKeyRing(plausible(now)).with(TicketKey.random(now.plus(AHEAD)));
    }

    /** The ring with a key more, and without the oldest when that is one too many. */
    public TicketKeyRing with(TicketKey key) {
        List<TicketKey> more = new ArrayList<>(keys);
        more.add(key);
        return new TicketKeyRing(more);
    }

    private List<TicketKey> plausible(Instant now) {
        Instant horizon = now.plus(HORIZON);
        return keys.stream().filter(key -> !key.encryptsFrom().isAfter(horizon)).toList();
    }

    /** The key that encrypts: the youngest that has begun, unless it is too old. */
    public Optional<TicketKey> encrypting(Instant now) {
        return keys.stream()
                .filter(key -> !key.encryptsFrom().isAfter(now))
                .reduce((older, younger) -> younger)
                .filter(key -> now.isBefore(key.encryptsFrom().plus(LONGEST)));
    }

    /** The keys that decrypt, the youngest first. */
    public List<TicketKey> decrypting(Instant now) {
        return keys.reversed().stream()
                .filter(key -> now.isBefore(key.encryptsFrom().plus(DECRYPTS)))
                .toList();
    }

    /** What {@link #decode} reads; it holds the keys themselves. */
    public byte[] encoded() {
        ByteBuffer out = ByteBuffer.allocate(keys.size() * ENCODED);
        keys.forEach(key -> out.putLong(key.encryptsFrom().getEpochSecond()).put(key.secret()));
        return out.array();
    }

    /** Reads a ring; empty when it is none. Total. */
    public static Optional<TicketKeyRing> decode(byte[] encoded) {
        if (encoded.length == 0 || encoded.length % ENCODED != 0) {
            return Optional.empty();
        }
        ByteBuffer in = ByteBuffer.wrap(encoded);
        List<TicketKey> keys = new ArrayList<>();
        while (in.hasRemaining()) {
            long encryptsFrom = in.getLong();
            byte[] secret = new byte[ENCODED - Long.BYTES];
            in.get(secret);
            Optional<TicketKey> key = TicketKey.of(encryptsFrom, secret);
            if (key.isEmpty()) {
                return Optional.empty();
            }
            keys.add(key.get());
        }
        return Optional.of(new TicketKeyRing(keys));
    }
}
