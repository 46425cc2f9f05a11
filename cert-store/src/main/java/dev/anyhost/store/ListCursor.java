package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/**
 * Where a list goes on: after this line of an index. Still of use when the line is gone meanwhile.
 *
 * @param part one of {@link PartLeases#PARTS}
 * @param order what the line is sorted by, in whole seconds
 */
public record ListCursor(String part, Instant order, Hostname hostname) {

    private static final int FIELDS = 3;

    /** For a URL or a command line; opaque to whoever keeps it. */
    public String text() {
        String fields = part + " " + order.getEpochSecond() + " " + hostname;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(fields.getBytes(StandardCharsets.US_ASCII));
    }

    /** Reads {@link #text()}; empty for anything else. */
    public static Optional<ListCursor> parse(String text) {
        try {
            String[] fields =
                    new String(Base64.getUrlDecoder().decode(text), StandardCharsets.ISO_8859_1).split(" ", -1);
            if (fields.length != FIELDS || !Shards.ALL.contains(fields[0]) || !fields[1].matches("-?[0-9]{1,11}")) {
                return Optional.empty();
            }
            Instant order = Instant.ofEpochSecond(Long.parseLong(fields[1]));
            return Hostname.parse(fields[2]).map(hostname -> new ListCursor(fields[0], order, hostname));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }
}
