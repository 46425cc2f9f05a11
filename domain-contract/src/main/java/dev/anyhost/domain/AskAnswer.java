package dev.anyhost.domain;

import java.util.Map;
import java.util.Optional;

/**
 * An answer to an ask as it goes over the wire.
 *
 * @param status the HTTP status; from a peer it may be any number
 * @param headers header names in any case, one value each
 * @param body the whole body as text; from a peer it may be anything
 */
public record AskAnswer(int status, Map<String, String> headers, String body) {

    /** Keeps a copy of the headers. */
    public AskAnswer {
        headers = Map.copyOf(headers);
    }

    /** The value of a header, its name compared without case (RFC 9110 section 5.1). */
    public Optional<String> header(String name) {
        return headers.entrySet().stream()
                .filter(header -> header.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .findFirst();
    }
}
