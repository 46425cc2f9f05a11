package dev.anyhost.store;

import java.time.Instant;

/**
 * When an authority would like a certificate to be renewed (RFC 9773 section 4.2), and what was made of it.
 *
 * @param chosen an instant of the window, kept as long as the window stands
 * @param askAgain when the authority is to be asked again
 */
public record SuggestedWindow(Instant start, Instant end, Instant chosen, Instant askAgain) {}
