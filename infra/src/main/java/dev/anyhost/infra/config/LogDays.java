package dev.anyhost.infra.config;

import java.util.Map;
import software.amazon.awscdk.services.logs.RetentionDays;

/** How long logs may be kept: CloudWatch Logs knows some numbers of days only, and these are enough. */
final class LogDays {

    static final Map<String, RetentionDays> BY_TEXT = Map.of(
            "7", RetentionDays.ONE_WEEK,
            "14", RetentionDays.TWO_WEEKS,
            "30", RetentionDays.ONE_MONTH,
            "60", RetentionDays.TWO_MONTHS,
            "90", RetentionDays.THREE_MONTHS,
            "180", RetentionDays.SIX_MONTHS,
            "365", RetentionDays.ONE_YEAR,
            "731", RetentionDays.TWO_YEARS);

    private LogDays() {}
}
