package dev.anyhost.store;

import java.time.Instant;
import java.util.Optional;

/**
 * What a stored certificate's renewal goes by.
 *
 * @param due when it is to be looked after next; a new one is due at once
 * @param used when it was last known to be used, to a day or so
 * @param window what its authority suggested; empty until it was asked, or when it suggests nothing
 * @param renewAt from when on an operator wants it renewed, whatever its authority suggests; empty without such a wish. A
 *     newer version has none
 */
public record Upkeep(Instant due, Instant used, Optional<SuggestedWindow> window, Optional<Instant> renewAt) {

    /** That of a certificate which nobody wishes to be renewed at another time. */
    public Upkeep(Instant due, Instant used, Optional<SuggestedWindow> window) {
        this(due, used, window, Optional.empty());
    }
}
