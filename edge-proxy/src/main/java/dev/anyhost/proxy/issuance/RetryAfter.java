package dev.anyhost.proxy.issuance;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/**
 * Reads Retry-After (RFC 9110 section 10.2.3). Seconds count from now on our own clock, not from the Date header as
 * acme4j does it: authorities' clocks and ours may differ by more than a poll.
 */
final class RetryAfter {

    private static final int MOST_DIGITS = 9;

    private RetryAfter() {}

    /** Returns the instant meant, which may be over; empty for anything but seconds or an HTTP-date. */
    static Optional<Instant> parse(String header, Instant now) {
        String value = header.strip();
        if (value.matches("[0-9]{1," + MOST_DIGITS + "}")) {
            return Optional.of(now.plusSeconds(Long.parseLong(value)));
        }
        try {
            return Optional.of(ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant());
        } catch (DateTimeException neither) {
            return Optional.empty();
        }
    }
}
