package dev.anyhost.verifier.check;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.changes.Change;
import dev.anyhost.store.changes.PublishResult;
import dev.anyhost.verifier.onboarding.CheckSchedule;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.FindingCode;
import dev.anyhost.verifier.whitelist.DueResult;
import dev.anyhost.verifier.whitelist.FindResult;
import dev.anyhost.verifier.whitelist.ProxyNotices;
import dev.anyhost.verifier.whitelist.Tenants;
import dev.anyhost.verifier.whitelist.UpdateResult;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks the names of one part of the whitelist that are due, and records what became of them. Two runs over one part do no
 * harm: each write is conditional on the version that it was made of.
 */
public final class CheckRun {

    private static final Logger LOG = LoggerFactory.getLogger(CheckRun.class);

    private final Whitelist whitelist;
    private final Optional<ProxyNotices> notices;
    private final Probe probe;
    private final CheckSchedule schedule;
    private final InstantSource clock;

    /** Labels never change. */
    private final ConcurrentMap<String, String> labels = new ConcurrentHashMap<>();

    /** @param notices tells the proxies of names that are served or refused from now on */
    public CheckRun(
            Whitelist whitelist,
            Optional<ProxyNotices> notices,
            Probe probe,
            CheckSchedule schedule,
            InstantSource clock) {
        this.whitelist = whitelist;
        this.notices = notices;
        this.probe = probe;
        this.schedule = schedule;
        this.clock = clock;
    }

    /** What became of one name. */
    private sealed interface Outcome {
        record Recorded(boolean moved, boolean unknown) implements Outcome {}

        /** It isn't to be checked any more. */
        record NothingToDo() implements Outcome {}

        record LeftOver() implements Outcome {}
    }

    /**
     * Checks until nothing is due any more, or until time is up. What isn't checked stays due.
     *
     * @param shard from 0 to below {@link Whitelist#SHARDS}
     * @param stopAt no check begins after this
     * @throws TableUnreachable when it can't be found out what is due
     */
    public CheckReport run(int shard, Instant stopAt) {
        var work = new BoundedWork(clock, stopAt);
        List<Outcome> outcomes =
                work.over(limit -> due(shard, limit), hostname -> check(hostname, 1), failed -> new Outcome.LeftOver());
        var report = new CheckReport(
                count(outcomes, Outcome.Recorded.class),
                (int) outcomes.stream()
                        .filter(outcome -> outcome instanceof Outcome.Recorded recorded && recorded.moved())
                        .count(),
                (int) outcomes.stream()
                        .filter(outcome -> outcome instanceof Outcome.Recorded recorded && recorded.unknown())
                        .count(),
                count(outcomes, Outcome.LeftOver.class),
                work.isOutOfTime());
        if (report.isOurFault()) {
            LOG.error("Part {}: most names couldn't be asked for; look at the resolvers: {}", shard, report);
        } else {
            LOG.info("Part {}: {}", shard, report);
        }
        return report;
    }

    private static int count(List<Outcome> outcomes, Class<? extends Outcome> kind) {
        return (int) outcomes.stream().filter(kind::isInstance).count();
    }

    private List<Hostname> due(int shard, int limit) {
        return switch (whitelist.dueForCheck(shard, clock.instant(), limit)) {
            case DueResult.Due(List<Hostname> hostnames, var _) -> hostnames;
            case DueResult.Unreachable(String reason) -> throw new TableUnreachable(reason);
        };
    }

    private Outcome check(Hostname hostname, int again) {
        return switch (whitelist.findConsistent(hostname)) {
            case FindResult.Found(Domain domain) -> isDue(domain) ? check(domain, again) : new Outcome.NothingToDo();
            case FindResult.Left _, FindResult.Absent _ -> new Outcome.NothingToDo();
            case FindResult.Unreadable(String reason) -> leftOver(hostname, reason);
            case FindResult.Unreachable(String reason) -> leftOver(hostname, reason);
        };
    }

    private boolean isDue(Domain domain) {
        return domain.standing()
                .checks()
                .next()
                .filter(next -> !next.isAfter(clock.instant()))
                .isPresent();
    }

    private Outcome check(Domain domain, int again) {
        Optional<String> label = label(domain.tenant());
        if (label.isEmpty()) {
            return leftOver(domain.hostname(), "its tenant's label isn't known");
        }
        var finding = probe.check(domain, label.get());
        Domain checked = domain.checked(finding, schedule, clock.instant());
        return switch (whitelist.update(domain, checked)) {
            case UpdateResult.Updated() -> {
                tell(domain, checked);
                yield new Outcome.Recorded(
                        domain.status() != checked.status(), finding.kind() == FindingCode.Kind.UNKNOWN);
            }
            case UpdateResult.Changed() ->
                again > 0 ? check(domain.hostname(), again - 1) : leftOver(domain.hostname(), "it changed meanwhile");
            case UpdateResult.Unreachable(String reason) -> leftOver(domain.hostname(), reason);
        };
    }

    private Optional<String> label(String tenant) {
        String known = labels.get(tenant);
        if (known != null) {
            return Optional.of(known);
        }
        return switch (whitelist.tenants().find(tenant)) {
            case Tenants.Result.Tenant(String label, long _) -> {
                labels.put(tenant, label);
                yield Optional.of(label);
            }
            case Tenants.Result.Full _, Tenants.Result.Unreachable _ -> Optional.empty();
        };
    }

    private void tell(Domain before, Domain after) {
        boolean allowed = after.status().isAllowed();
        if (before.status().isAllowed() == allowed) {
            return;
        }
        var kind = allowed ? Change.Kind.ACTIVATED : Change.Kind.REFUSED;
        notices.map(proxies -> proxies.publish(new Change(kind, after.hostname())))
                .filter(PublishResult.Unreachable.class::isInstance)
                .ifPresent(lost -> LOG.warn(
                        "{}: proxies weren't told and will notice within minutes: {}", after.hostname(), lost));
    }

    private static Outcome leftOver(Hostname hostname, String reason) {
        LOG.warn("{} stays due: {}", hostname, reason);
        return new Outcome.LeftOver();
    }
}
