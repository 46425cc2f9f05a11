package dev.anyhost.proxy.certificate;

import dev.anyhost.store.IssuerPauses;
import dev.anyhost.store.PauseResult;
import dev.anyhost.store.StoreEffect;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the authority takes orders. What one instance hears in a Retry-After is in the store for all; what this one
 * knows already needs no look.
 */
public final class AuthorityPause {

    private static final Logger LOG = LoggerFactory.getLogger(AuthorityPause.class);

    private final IssuerPauses shared;
    private final InstantSource clock;

    /** At most one for each configured authority. */
    private final Map<String, PauseResult.Paused> known = new ConcurrentHashMap<>();

    public AuthorityPause(IssuerPauses shared, InstantSource clock) {
        this.shared = shared;
        this.clock = clock;
    }

    /** Blocks for at most one store call. */
    PauseResult look(String directory) {
        PauseResult.Paused before = known.get(directory);
        if (before != null && before.until().isAfter(clock.instant())) {
            return before;
        }
        PauseResult result = shared.look(directory);
        if (result instanceof PauseResult.Paused paused) {
            learn(directory, paused);
        }
        return result;
    }

    /** The authority wants no orders before then. Blocks for one store call; if that fails, this instance obeys alone. */
    void pause(String directory, PauseResult.Paused pause) {
        learn(directory, pause);
        StoreEffect effect = shared.pause(directory, pause.until(), pause.problem());
        LOG.atWarn()
                .addKeyValue("issuer", directory)
                .addKeyValue("until", pause.until())
                .addKeyValue("problem", pause.problem())
                .addKeyValue("shared", effect)
                .log("orders paused");
    }

    private void learn(String directory, PauseResult.Paused pause) {
        known.merge(directory, pause, (a, b) -> a.until().isAfter(b.until()) ? a : b);
    }
}
