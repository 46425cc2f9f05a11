package dev.anyhost.proxy.renewal;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.certificate.Cluster;
import dev.anyhost.proxy.issuance.AcmeProblem;
import dev.anyhost.proxy.issuance.IssuanceOutcome;
import dev.anyhost.proxy.issuance.IssuanceRequest;
import dev.anyhost.proxy.issuance.RegisteredDomain;
import dev.anyhost.proxy.issuance.Suggestion;
import dev.anyhost.testkit.FakeClock;
import dev.anyhost.testkit.ServerIdentity;
import dev.anyhost.testkit.TestCa;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * An authority that enforces Let's Encrypt's limits (letsencrypt.org/docs/rate-limits) by an arithmetic of its own, exempts
 * who says what is replaced, and suggests when to renew (RFC 9773) as Let's Encrypt does: about two thirds into a
 * life, or half of a life under ten days.
 */
final class LimitedAuthority {

    private static final Duration SHORT = Duration.ofDays(10);
    private static final Duration ASK_AGAIN = Duration.ofHours(6);

    private final TestCa ca = TestCa.create("limited");
    private final FakeClock clock;
    private final Function<Hostname, Duration> lives;
    private final double ordersInThreeHours;
    private final Map<String, Bucket> buckets = new HashMap<>();
    private final Set<String> replaced = new HashSet<>();
    private final Map<Hostname, Instant> notAfter = new HashMap<>();
    private final List<Instant> issued = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private int exempt;
    private boolean away;

    LimitedAuthority(FakeClock clock, Function<Hostname, Duration> lives, double ordersInThreeHours) {
        this.clock = clock;
        this.lives = lives;
        this.ordersInThreeHours = ordersInThreeHours;
    }

    /** What is left at a time, in tokens. */
    private record Bucket(double left, Instant at) {}

    synchronized IssuanceOutcome issue(IssuanceRequest request) {
        if (away) {
            return new IssuanceOutcome.Unavailable(IssuanceOutcome.Cause.UNREACHABLE, "away");
        }
        Hostname hostname = request.hostname();
        Optional<String> former = request.replaces().map(LimitedAuthority::serial);
        if (former.filter(replaced::add).isPresent()) {
            exempt++;
        } else if (!take("orders", ordersInThreeHours, Duration.ofHours(3))
                || !take("domain " + RegisteredDomain.of(hostname), 50, Duration.ofDays(7))
                || !take("names " + hostname, 5, Duration.ofDays(7))) {
            violations.add(clock.instant() + " " + hostname);
            return new IssuanceOutcome.RateLimited(
                    clock.instant().plus(Duration.ofHours(1)),
                    new AcmeProblem(
                            "urn:ietf:params:acme:error:rateLimited",
                            Optional.empty(),
                            Optional.of("too many"),
                            Optional.empty(),
                            Optional.of(429),
                            Optional.empty(),
                            List.of()));
        }
        return certificate(request, hostname);
    }

    private IssuanceOutcome certificate(IssuanceRequest request, Hostname hostname) {
        Instant now = clock.instant();
        Instant end = now.plus(lives.apply(hostname));
        ServerIdentity identity = ca.issue(List.of(hostname.value()), now, end);
        notAfter.put(hostname, end);
        issued.add(now);
        return new IssuanceOutcome.Issued(
                identity.chain(), identity.privateKey(), Cluster.DIRECTORY, request.preferred());
    }

    private boolean take(String name, double capacity, Duration period) {
        Instant now = clock.instant();
        Bucket before = buckets.getOrDefault(name, new Bucket(capacity, now));
        double back = Duration.between(before.at(), now).toMillis() * capacity / period.toMillis();
        double left = Math.min(capacity, before.left() + back);
        boolean enough = left >= 0.999;
        buckets.put(name, new Bucket(enough ? left - 1 : left, now));
        return enough;
    }

    synchronized Suggestion suggestion(X509Certificate certificate) {
        Instant from = certificate.getNotBefore().toInstant();
        Duration life = Duration.between(from, certificate.getNotAfter().toInstant());
        Instant ideal = from.plus(
                life.compareTo(SHORT) < 0
                        ? life.dividedBy(2)
                        : life.multipliedBy(2).dividedBy(3));
        Duration margin = life.dividedBy(50);
        return new Suggestion.Window(
                ideal.minus(margin), ideal.plus(margin), clock.instant().plus(ASK_AGAIN));
    }

    private static String serial(X509Certificate certificate) {
        return certificate.getSerialNumber().toString(16);
    }

    synchronized void setAway(boolean gone) {
        away = gone;
    }

    /** Hostnames whose last certificate is over. */
    synchronized List<Hostname> expired() {
        Instant now = clock.instant();
        return notAfter.entrySet().stream()
                .filter(entry -> !entry.getValue().isAfter(now))
                .map(Map.Entry::getKey)
                .toList();
    }

    synchronized Instant notAfter(Hostname hostname) {
        return notAfter.getOrDefault(hostname, Instant.EPOCH);
    }

    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    synchronized List<Instant> issued() {
        return List.copyOf(issued);
    }

    synchronized int exempt() {
        return exempt;
    }
}
