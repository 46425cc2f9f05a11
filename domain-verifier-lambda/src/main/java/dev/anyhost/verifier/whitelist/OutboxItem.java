package dev.anyhost.verifier.whitelist;

import dev.anyhost.verifier.onboarding.DomainEvent;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.onboarding.Outbox;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The attributes of an outbox; an empty one has none. */
final class OutboxItem {

    static final String DUE = "outbox_due";

    private static final String EVENTS = "outbox";
    private static final String ATTEMPTS = "outbox_attempts";
    private static final String ID = "id";
    private static final String TYPE = "type";
    private static final String AT = "at";
    private static final String STATUS = "status";
    private static final String CODE = "code";

    private OutboxItem() {}

    static void write(Outbox outbox, Map<String, AttributeValue> item) {
        outbox.due().ifPresent(due -> {
            item.put(
                    EVENTS,
                    AttributeValue.fromL(
                            outbox.events().stream().map(OutboxItem::write).toList()));
            item.put(ATTEMPTS, Row.number(outbox.attempts()));
            item.put(DUE, Row.seconds(due));
        });
    }

    private static AttributeValue write(DomainEvent event) {
        Map<String, AttributeValue> written = new HashMap<>();
        written.put(ID, Row.text(event.id()));
        written.put(TYPE, Row.text(event.type().text()));
        written.put(AT, Row.seconds(event.at()));
        written.put(STATUS, Row.text(event.status().text()));
        event.code().ifPresent(code -> written.put(CODE, Row.text(code)));
        return AttributeValue.fromM(written);
    }

    static Outbox read(Row row) {
        List<DomainEvent> events = row.list(EVENTS, OutboxItem::event);
        return new Outbox(events, row.count(ATTEMPTS), row.optionalSeconds(DUE));
    }

    private static DomainEvent event(Row row) {
        return new DomainEvent(
                row.text(ID, "", Optional::of),
                row.text(TYPE, DomainEvent.Type.CHANGED, DomainEvent.Type::of),
                row.seconds(AT),
                row.text(STATUS, DomainStatus.BLOCKED, DomainStatus::of),
                row.optional(CODE, Optional::of));
    }
}
