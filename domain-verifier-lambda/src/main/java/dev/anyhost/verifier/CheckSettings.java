package dev.anyhost.verifier;

import dev.anyhost.settings.ConfigSection;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How hostnames are looked after.
 *
 * @param interval the pause between two rounds over all of them, for who has no scheduler
 * @param grace how long one that was right is served although it isn't any more
 * @param webhook where the operator hears of what happens; empty for nowhere
 */
public record CheckSettings(Duration interval, Duration grace, Optional<Hook> webhook) {

    private static final Duration INTERVAL = Duration.ofMinutes(1);
    private static final Duration GRACE = Duration.ofDays(7);
    private static final Duration GRACE_MIN = Duration.ofHours(1);
    private static final Duration GRACE_MAX = Duration.ofDays(365);
    private static final String SECRETS_EXPECTED = "a file with a secret on each line, since webhook.url is set";

    /** What there is unless configured. */
    public static final CheckSettings DEFAULT = new CheckSettings(INTERVAL, GRACE, Optional.empty());

    /** @param secrets a file with a secret of at least 16 characters on each line; calls are signed with all of them */
    public record Hook(URI url, Path secrets) {}

    static final String GRACE_EXPECTED = "a duration from 1h to 365d";

    static boolean isGrace(Duration grace) {
        return grace.compareTo(GRACE_MIN) >= 0 && grace.compareTo(GRACE_MAX) <= 0;
    }

    static CheckSettings of(ConfigSection root) {
        ConfigSection checks = root.section("checks");
        return new CheckSettings(
                checks.duration("interval", INTERVAL, Duration.ofSeconds(1), Duration.ofHours(1)),
                checks.duration("grace", GRACE, GRACE_MIN, GRACE_MAX),
                webhook(root.section("webhook")));
    }

    private static Optional<Hook> webhook(ConfigSection section) {
        Optional<URI> url = section.url("url");
        Optional<Path> secrets = section.path("secrets");
        if (url.isPresent() && secrets.isEmpty()) {
            section.mistake("secrets", "missing", SECRETS_EXPECTED);
        }
        return url.flatMap(known -> secrets.map(file -> new Hook(known, file)));
    }
}
