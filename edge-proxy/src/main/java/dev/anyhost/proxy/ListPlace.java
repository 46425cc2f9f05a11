package dev.anyhost.proxy;

import dev.anyhost.store.ListCursor;
import java.util.Optional;

/**
 * Where {@code anyhost certs list} goes on: certificates come first, failures after them.
 *
 * @param failures whether all certificates were shown
 * @param after the last line that was shown; empty at a list's beginning
 */
record ListPlace(boolean failures, Optional<ListCursor> after) {

    private static final String CERTIFICATES = "c";
    private static final String FAILURES = "f";

    static ListPlace first(boolean failures) {
        return new ListPlace(failures, Optional.empty());
    }

    String text() {
        return (failures ? FAILURES : CERTIFICATES)
                + after.map(ListCursor::text).orElse("");
    }

    static Optional<ListPlace> parse(String text) {
        boolean failures = text.startsWith(FAILURES);
        if (!failures && !text.startsWith(CERTIFICATES)) {
            return Optional.empty();
        }
        return text.length() == 1
                ? Optional.of(first(failures))
                : ListCursor.parse(text.substring(1)).map(after -> new ListPlace(failures, Optional.of(after)));
    }
}
