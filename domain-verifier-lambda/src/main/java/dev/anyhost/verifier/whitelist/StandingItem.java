package dev.anyhost.verifier.whitelist;

import dev.anyhost.verifier.onboarding.Checks;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.onboarding.Finding;
import dev.anyhost.verifier.onboarding.FindingCode;
import dev.anyhost.verifier.onboarding.Hindrance;
import dev.anyhost.verifier.onboarding.Standing;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The attributes of a standing and its checks. */
final class StandingItem {

    static final String NEXT_CHECK = "next_check";

    private static final String STATUS = "status";
    private static final String SINCE = "since";
    private static final String CODE = "code";
    private static final String MESSAGE = "message";
    private static final String TIMELINE = "timeline";
    private static final String TRIES = "tries";
    private static final String WRONG = "wrong";
    private static final String WRONG_SINCE = "wrong_since";
    private static final String FIRST = "first";
    private static final String LAST = "last";
    private static final String COUNT = "count";
    private static final String HINDRANCE = "hindrance";
    private static final String HINDRANCE_MESSAGE = "hindrance_message";
    private static final String HINDRANCE_SERVED = "hindrance_served";

    private StandingItem() {}

    static void write(Standing standing, Map<String, AttributeValue> item) {
        Checks checks = standing.checks();
        item.put(STATUS, Row.text(standing.status().text()));
        item.put(SINCE, Row.seconds(standing.since()));
        checks.last().ifPresent(finding -> {
            item.put(CODE, Row.text(finding.code().text()));
            item.put(MESSAGE, Row.text(finding.message()));
        });
        if (!checks.timeline().isEmpty()) {
            item.put(
                    TIMELINE,
                    AttributeValue.fromL(
                            checks.timeline().stream().map(StandingItem::write).toList()));
        }
        item.put(TRIES, Row.number(checks.tries()));
        item.put(WRONG, Row.number(checks.wrong()));
        checks.wrongSince().ifPresent(since -> item.put(WRONG_SINCE, Row.seconds(since)));
        checks.next().ifPresent(next -> item.put(NEXT_CHECK, Row.seconds(next)));
        standing.hindrance().ifPresent(hindrance -> {
            item.put(HINDRANCE, Row.text(hindrance.finding().code().text()));
            item.put(HINDRANCE_MESSAGE, Row.text(hindrance.finding().message()));
            item.put(HINDRANCE_SERVED, AttributeValue.fromBool(hindrance.served()));
        });
    }

    private static AttributeValue write(Checks.Run run) {
        return AttributeValue.fromM(Map.of(
                CODE, Row.text(run.code().text()),
                FIRST, Row.seconds(run.first()),
                LAST, Row.seconds(run.last()),
                COUNT, Row.number(run.count())));
    }

    static Standing read(Row row) {
        return new Standing(
                row.text(STATUS, DomainStatus.BLOCKED, DomainStatus::of),
                row.seconds(SINCE),
                checks(row),
                hindrance(row));
    }

    private static Optional<Hindrance> hindrance(Row row) {
        return row.optional(HINDRANCE, FindingCode::of)
                .map(code -> new Hindrance(
                        new Finding(code, row.text(HINDRANCE_MESSAGE, "", Optional::of)),
                        row.optionalFlag(HINDRANCE_SERVED).orElse(false)));
    }

    private static Checks checks(Row row) {
        return new Checks(
                row.optional(CODE, FindingCode::of).map(code -> new Finding(code, row.text(MESSAGE, "", Optional::of))),
                row.list(TIMELINE, StandingItem::run),
                row.count(TRIES),
                row.count(WRONG),
                row.optionalSeconds(WRONG_SINCE),
                row.optionalSeconds(NEXT_CHECK));
    }

    private static Checks.Run run(Row row) {
        return new Checks.Run(
                row.text(CODE, FindingCode.DNS_UNAVAILABLE, FindingCode::of),
                row.seconds(FIRST),
                row.seconds(LAST),
                row.count(COUNT));
    }
}
