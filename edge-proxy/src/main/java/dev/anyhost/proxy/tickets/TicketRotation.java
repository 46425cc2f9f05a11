package dev.anyhost.proxy.tickets;

import dev.anyhost.store.SharedTicketKeys;
import dev.anyhost.store.TicketKeysResult;
import dev.anyhost.store.tickets.TicketKey;
import dev.anyhost.store.tickets.TicketKeyRing;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this process's ticket keys those that all instances share: reads their ring every few minutes, and adds the next
 * key to it when that is due and nobody else was first.
 *
 * <p>While the store is away it goes on with the ring it has. From when no key of that may encrypt any more, as before the
 * first look, it encrypts with a key of its own, which no other instance knows: tickets then resume here only, and visitors
 * who come to another instance do a full handshake. No handshake ever waits for this.
 */
public final class TicketRotation {

    /** How often the ring is read. */
    public static final Duration EVERY = Duration.ofMinutes(5);

    /** How soon it is read again after it couldn't be. */
    static final Duration AGAIN = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(TicketRotation.class);

    private final SharedTicketKeys store;
    private final InstantSource clock;
    private final Consumer<Result> results;
    private Optional<TicketKeyRing> shared = Optional.empty();
    private TicketKeyRing own;
    private volatile List<TicketKey> keys;

    /** What a look at the shared keys came to. */
    public enum Result {
        /** There was nothing to do. */
        CURRENT,
        /** This instance added a key, or made the first ring. */
        ROTATED,
        /** The shared keys couldn't be read, or the key that is due couldn't be added. */
        FAILED
    }

    /** How time passes between two looks. */
    @FunctionalInterface
    public interface Waiting {
        void pause(Duration duration) throws InterruptedException;
    }

    /**
     * Begins with a key of its own.
     *
     * @param results hears of every look
     */
    public TicketRotation(SharedTicketKeys store, InstantSource clock, Consumer<Result> results) {
        this.store = store;
        this.clock = clock;
        this.results = results;
        this.own = new TicketKeyRing(List.of(TicketKey.random(clock.instant())));
        this.keys = own.keys();
    }

    /** The keys to use now: the first encrypts, all decrypt. Any thread may ask; the same list until they change. */
    public List<TicketKey> keys() {
        return keys;
    }

    /** Since when the key that encrypts was to do so. Any thread may ask. */
    public Duration age() {
        return Duration.between(keys.getFirst().encryptsFrom(), clock.instant());
    }

    /** Looks again and again, the first time after a pause; blocks until the thread is interrupted. */
    public void follow(Waiting waiting) {
        Duration next = shared.isPresent() ? EVERY : AGAIN;
        try {
            while (true) {
                waiting.pause(next);
                next = look() == Result.FAILED ? AGAIN : EVERY;
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Looks once. Blocks for at most two calls of the store and three of the key service; on one thread at a time. */
    public Result look() {
        Instant now = clock.instant();
        Result result = refresh(now);
        List<TicketKey> next = keysAt(now);
        if (!next.equals(keys)) {
            LOG.atInfo()
                    .addKeyValue("encrypts", next.getFirst())
                    .addKeyValue("decrypt", next.size())
                    .log("ticket keys changed");
            keys = next;
        }
        results.accept(result);
        return result;
    }

    private Result refresh(Instant now) {
        return switch (store.find()) {
            case TicketKeysResult.Found(TicketKeyRing ring, long version) -> {
                shared = Optional.of(ring);
                yield ring.isDue(now) ? replace(version, ring.next(now)) : Result.CURRENT;
            }
            case TicketKeysResult.Absent() -> replace(SharedTicketKeys.NO_VERSION, TicketKeyRing.first(now));
            case TicketKeysResult.Damaged(String reason, long version) -> {
                LOG.atWarn().addKeyValue("reason", reason).log("ticket keys are damaged and replaced");
                yield replace(version, TicketKeyRing.first(now));
            }
            case TicketKeysResult.KeyUnavailable(String keyId, String reason) -> failed("key " + keyId + ": " + reason);
            case TicketKeysResult.Unreachable(String reason) -> failed(reason);
        };
    }

    private Result replace(long version, TicketKeyRing next) {
        return switch (store.replace(version, next)) {
            case TicketKeysResult.Found(TicketKeyRing winner, long _) -> {
                shared = Optional.of(winner);
                yield winner.equals(next) ? Result.ROTATED : Result.CURRENT;
            }
            case TicketKeysResult.Absent() -> failed("the row vanished while it was replaced");
            case TicketKeysResult.Damaged(String reason, long _) -> failed(reason);
            case TicketKeysResult.KeyUnavailable(String keyId, String reason) -> failed("key " + keyId + ": " + reason);
            case TicketKeysResult.Unreachable(String reason) -> failed(reason);
        };
    }

    private static Result failed(String reason) {
        LOG.atWarn().addKeyValue("reason", reason).log("ticket keys not refreshed");
        return Result.FAILED;
    }

    private List<TicketKey> keysAt(Instant now) {
        List<TicketKey> sharedOnes = shared.map(ring -> ring.decrypting(now)).orElse(List.of());
        Optional<TicketKey> sharedOne = shared.flatMap(ring -> ring.encrypting(now));
        if (sharedOne.isPresent()) {
            return startingWith(sharedOne.get(), sharedOnes);
        }
        if (own.encrypting(now).isEmpty()) {
            own = own.with(TicketKey.random(now));
        }
        List<TicketKey> all = new ArrayList<>(own.decrypting(now));
        all.addAll(sharedOnes);
        return startingWith(own.encrypting(now).orElseThrow(), all);
    }

    private static List<TicketKey> startingWith(TicketKey first, List<TicketKey> all) {
        List<TicketKey> ordered = new ArrayList<>(List.of(first));
        all.stream().filter(key -> !key.equals(first)).forEach(ordered::add);
        return List.copyOf(ordered);
    }
}
