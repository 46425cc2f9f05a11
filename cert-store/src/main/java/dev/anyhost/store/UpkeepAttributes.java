package dev.anyhost.store;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What a certificate's renewal goes by, as attributes of its item. */
final class UpkeepAttributes {

    static final String DUE = "due_at";

    private static final String USED = "used_at";
    private static final String WINDOW = "ari";
    private static final String RENEW_AT = "renew_at";
    private static final String START = "start";
    private static final String END = "end";
    private static final String CHOSEN = "chosen";
    private static final String ASK_AGAIN = "ask_again";

    private UpkeepAttributes() {}

    /** A new certificate is due at once. */
    static void begin(Instant notBefore, Instant used, Map<String, AttributeValue> item) {
        item.put(DUE, Attributes.seconds(notBefore));
        item.put(USED, Attributes.seconds(used));
    }

    /** What is missing or unreadable makes a certificate due now, and never unfit to be served. */
    static Upkeep read(Map<String, AttributeValue> item, Instant notBefore) {
        return new Upkeep(
                Attributes.seconds(item, DUE).orElse(notBefore),
                Attributes.seconds(item, USED).orElse(notBefore),
                window(Attributes.map(item, WINDOW)),
                Attributes.seconds(item, RENEW_AT));
    }

    static AttributeValue window(SuggestedWindow window) {
        return AttributeValue.fromM(Map.of(
                START, Attributes.seconds(window.start()),
                END, Attributes.seconds(window.end()),
                CHOSEN, Attributes.seconds(window.chosen()),
                ASK_AGAIN, Attributes.seconds(window.askAgain())));
    }

    private static Optional<SuggestedWindow> window(Map<String, AttributeValue> fields) {
        Optional<Instant> start = Attributes.seconds(fields, START);
        Optional<Instant> end = Attributes.seconds(fields, END);
        Optional<Instant> chosen = Attributes.seconds(fields, CHOSEN);
        Optional<Instant> askAgain = Attributes.seconds(fields, ASK_AGAIN);
        return start.isPresent() && end.isPresent() && chosen.isPresent() && askAgain.isPresent()
                ? Optional.of(new SuggestedWindow(start.get(), end.get(), chosen.get(), askAgain.get()))
                : Optional.empty();
    }
}
