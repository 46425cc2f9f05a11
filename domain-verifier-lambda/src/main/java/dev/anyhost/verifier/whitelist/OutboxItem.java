package dev.anyhost.verifier.whitelist;

import dev.anyhost.verifier.onboarding.DomainEvent;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.onboarding.Outbox;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The attributes of an outbox; one without events has but what it noted. */
final class OutboxItem {

    static final String DUE = "outbox_due";

    private static final String EVENTS = "outbox";
    private static final String ATTEMPTS = "outbox_attempts";
    private static final String ID = "id";
    private static final String TYPE = "type";
    private static final String AT = "at";
    private static final String STATUS = "status";
    private static final String TENANT = "tenant";
    private static final String CODE = "code";
    private static final String MESSAGE = "message";
    private static final String NOTED = "outbox_noted";

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
        if (!outbox.noted().isEmpty()) {
            item.put(
                    NOTED,
                    AttributeValue.fromL(outbox.noted().stream().map(Row::text).toList()));
        }
    }

    private static AttributeValue write(DomainEvent event) {
        Map<String, AttributeValue> written = new HashMap<>();
        written.put(ID, Row.text(event.id()));
        written.put(TYPE, Row.text(event.type().text()));
        written.put(AT, Row.seconds(event.at()));
        written.put(STATUS, Row.text(event.status().text()));
        written.put(TENANT, Row.text(event.tenant()));
        event.cause().ifPresent(cause -> {
            written.put(CODE, Row.text(cause.code()));
            written.put(MESSAGE, Row.text(cause.message()));
        });
        return AttributeValue.fromM(written);
    }

    static Outbox read(Row row) {
        List<DomainEvent> events = row.list(EVENTS, OutboxItem::event);
        Optional<Instant> due = events.isEmpty() ? Optional.empty() : Optional.of(row.seconds(DUE));
        return new Outbox(events, row.count(ATTEMPTS), due, row.texts(NOTED));
    }

    private static DomainEvent event(Row row) {
        return new DomainEvent(
                row.text(ID, "", Optional::of),
                row.text(TYPE, DomainEvent.Type.CHANGED, DomainEvent.Type::of),
                row.seconds(AT),
                row.text(TENANT, "", Optional::of),
                row.text(STATUS, DomainStatus.BLOCKED, DomainStatus::of),
                row.optional(CODE, Optional::of)
                        .map(code -> new DomainEvent.Cause(code, row.text(MESSAGE, "", Optional::of))));
    }
}
