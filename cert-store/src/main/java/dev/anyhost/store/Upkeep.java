package dev.anyhost.store;

import java.time.Instant;
import java.util.Optional;

/**
 * What a stored certificate's renewal goes by.
 *
 * @param due when it is to be looked after next; a new one is due at once
 * @param used when it was last known to be used, to a day or so
 * @param window what its authority suggested; empty until it was asked, or when it suggests nothing
 */
public record Upkeep(Instant due, Instant used, Optional<SuggestedWindow> window) {}
