package dev.anyhost.proxy.http1;

import java.util.Optional;

/** How long a message's body is (RFC 9112 section 6.3). */
public sealed interface BodyFraming {

    record None() implements BodyFraming {}

    /** @param octets at least 1 */
    record Length(long octets) implements BodyFraming {}

    record Chunked() implements BodyFraming {}

    /** Responses only. */
    record UntilClose() implements BodyFraming {}

    BodyFraming NONE = new None();
    BodyFraming CHUNKED = new Chunked();
    BodyFraming UNTIL_CLOSE = new UntilClose();

    int MAX_LENGTH_DIGITS = 18;

    /**
     * What Content-Length and Transfer-Encoding say together, strictly: at most one line of one of them, a plain number
     * or the one word {@code chunked}.
     *
     * @return the framing; {@link Parsed.Incomplete} stands for a head that has neither
     */
    static Parsed<BodyFraming> of(Fields fields, boolean http11) {
        int lengths = fields.countOf("content-length");
        int codings = fields.countOf("transfer-encoding");
        if (lengths + codings == 0) {
            return new Parsed.Incomplete<>();
        }
        if (lengths + codings > 1) {
            return new Parsed.Rejected<>(Rejection.bad("more than one of Content-Length and Transfer-Encoding"));
        }
        if (codings == 1) {
            boolean chunked = fields.only("transfer-encoding")
                    .filter("chunked"::equalsIgnoreCase)
                    .isPresent();
            return chunked && http11
                    ? new Parsed.Head<>(CHUNKED)
                    : new Parsed.Rejected<>(Rejection.bad("Transfer-Encoding"));
        }
        return fields.only("content-length")
                .flatMap(BodyFraming::length)
                .<Parsed<BodyFraming>>map(Parsed.Head::new)
                .orElseGet(() -> new Parsed.Rejected<>(Rejection.bad("Content-Length")));
    }

    private static Optional<BodyFraming> length(String digits) {
        if (digits.isEmpty()
                || digits.length() > MAX_LENGTH_DIGITS
                || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.empty();
        }
        long octets = Long.parseLong(digits);
        return Optional.of(octets == 0 ? NONE : new Length(octets));
    }
}
