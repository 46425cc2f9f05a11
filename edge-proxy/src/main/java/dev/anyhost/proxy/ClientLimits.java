package dev.anyhost.proxy;

import dev.anyhost.proxy.concurrent.RateLimit;
import dev.anyhost.settings.ConfigSection;
import dev.anyhost.settings.ConfigValues;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * What clients may ask of this process; but for memory, nothing is limited unless the operator says so.
 *
 * @param connections open at a time, on https and on http each
 * @param connectionsPerClient the same from one client
 * @param connectionsPerTenant open at a time for all of a tenant's hostnames, on https
 * @param newConnectionsPerClient opened by one client
 * @param requestsPerClient of one client, whatever the hostname
 * @param requestsPerTenant for all of a tenant's hostnames
 * @param memory share of direct memory or heap beyond which nothing new is taken on
 * @param connectionAge the oldest that a connection gets before it is told to go
 */
public record ClientLimits(
        Optional<Integer> connections,
        Optional<Integer> connectionsPerClient,
        Optional<Integer> connectionsPerTenant,
        Optional<RateLimit> newConnectionsPerClient,
        Optional<RateLimit> requestsPerClient,
        Optional<RateLimit> requestsPerTenant,
        Optional<Double> memory,
        Optional<Duration> connectionAge) {

    private static final Optional<Double> DEFAULT_MEMORY = Optional.of(0.9);

    static final ClientLimits DEFAULT = new ClientLimits(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            DEFAULT_MEMORY,
            Optional.empty());

    private static final int MOST = 10_000_000;
    private static final String NUMBER_EXPECTED = "a whole number from 1 to " + MOST + ", or none";
    private static final String RATE_EXPECTED =
            "N/TIME such as 100/1s or 600/1m (N from 1 to " + MOST + ", TIME up to 365d), or none";
    private static final String SHARE_EXPECTED = "a share from 50% to 99%, or none";
    private static final Duration LONGEST_PERIOD = Duration.ofDays(365);
    private static final Duration SHORTEST_AGE = Duration.ofMinutes(1);
    private static final Duration LONGEST_AGE = Duration.ofDays(30);
    private static final String AGE_EXPECTED = "a duration such as 30m, 2h or 1d, from 1m to 30d, or none";

    static ClientLimits of(ConfigSection limits) {
        return new ClientLimits(
                limit(limits, "connections", NUMBER_EXPECTED, ClientLimits::number),
                limit(limits, "connections-per-client", NUMBER_EXPECTED, ClientLimits::number),
                limit(limits, "connections-per-tenant", NUMBER_EXPECTED, ClientLimits::number),
                limit(limits, "new-connections-per-client", RATE_EXPECTED, ClientLimits::rate),
                limit(limits, "requests-per-client", RATE_EXPECTED, ClientLimits::rate),
                limit(limits, "requests-per-tenant", RATE_EXPECTED, ClientLimits::rate),
                limits.value("memory", DEFAULT_MEMORY, SHARE_EXPECTED, ClientLimits::share),
                limit(limits, "connection-age", AGE_EXPECTED, ClientLimits::age));
    }

    /** Absent is as good as {@code none}. */
    private static <T> Optional<T> limit(
            ConfigSection limits, String key, String expected, Function<String, Optional<T>> parser) {
        return limits.value(
                key,
                Optional.empty(),
                expected,
                text -> text.equals("none")
                        ? Optional.of(Optional.empty())
                        : parser.apply(text).map(Optional::of));
    }

    private static Optional<Integer> number(String text) {
        return ConfigValues.integer(text).filter(n -> n >= 1 && n <= MOST);
    }

    private static Optional<RateLimit> rate(String text) {
        String[] parts = text.split("/", -1);
        if (parts.length != 2) {
            return Optional.empty();
        }
        Optional<Duration> period = ConfigValues.duration(parts[1].strip())
                .filter(time -> time.isPositive() && time.compareTo(LONGEST_PERIOD) <= 0);
        return number(parts[0].strip()).flatMap(count -> period.map(time -> new RateLimit(count, time)));
    }

    private static Optional<Optional<Double>> share(String text) {
        if (text.equals("none")) {
            return Optional.of(Optional.empty());
        }
        return text.endsWith("%")
                ? ConfigValues.integer(text.substring(0, text.length() - 1))
                        .filter(percent -> percent >= 50 && percent <= 99)
                        .map(percent -> Optional.of(percent / 100.0))
                : Optional.empty();
    }

    private static Optional<Duration> age(String text) {
        return ConfigValues.duration(text)
                .filter(age -> age.compareTo(SHORTEST_AGE) >= 0 && age.compareTo(LONGEST_AGE) <= 0);
    }
}
