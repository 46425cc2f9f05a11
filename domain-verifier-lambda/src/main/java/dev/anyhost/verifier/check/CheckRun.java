package dev.anyhost.verifier.check;

import dev.anyhost.domain.Hostname;
import dev.anyhost.verifier.onboarding.CheckSchedule;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.Finding;
import dev.anyhost.verifier.onboarding.FindingCode;
import dev.anyhost.verifier.whitelist.DuePage;
import dev.anyhost.verifier.whitelist.DueResult;
import dev.anyhost.verifier.whitelist.FindResult;
import dev.anyhost.verifier.whitelist.ProxyNotices;
import dev.anyhost.verifier.whitelist.TenantLabels;
import dev.anyhost.verifier.whitelist.UpdateResult;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Checks the names of one part of the whitelist that are due, and records what became of them. Two runs over one part do no
 * harm: each write is conditional on the version that it was made of.
 *
 * <p>What couldn't be asked is recorded last. If that is most of a run, and our own name can't be asked for either, it is our
 * fault and nobody's record.
 */
public final class CheckRun {

    private static final Logger LOG = LoggerFactory.getLogger(CheckRun.class);

    private final Whitelist whitelist;
    private final Optional<ProxyNotices> notices;
    private final Probe probe;
    private final CheckSchedule schedule;
    private final InstantSource clock;
    private final TenantLabels labels;

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
        this.labels = new TenantLabels(whitelist.tenants());
    }

    /** What became of one name. */
    private sealed interface Outcome {
        record Recorded(boolean moved, boolean unknown) implements Outcome {}

        /** It couldn't be asked, and that isn't recorded yet. */
        record Unknown(Domain domain, Finding finding) implements Outcome {}

        /** It isn't to be checked any more. */
        record Raced() implements Outcome {}

        record LeftOver() implements Outcome {}
    }

    /**
     * Checks until nothing is due any more, or until time is up. What isn't checked stays due.
     *
     * @param shard from 0 to below {@link Whitelist#SHARDS}
     * @param stopAt no check begins after this
     * @throws TableUnreachable when it can't be found out what is due, or the table has gone away
     */
    public CheckReport run(int shard, Instant stopAt) {
        Instant now = clock.instant();
        boolean nothing =
                whitelist.dueForCheck(shard, now, 1) instanceof DueResult.Due(var due, var _) && due.isEmpty();
        if (!nothing && !probe.canAsk()) {
            return told(shard, report(List.of(), CheckReport.Ending.BLIND));
        }
        var work = new BoundedWork(clock, stopAt);
        List<Outcome> outcomes = new ArrayList<>(work.over(
                (limit, after) -> whitelist.dueForCheck(new DuePage(shard, now, limit, after)),
                hostname -> look(hostname, work),
                failed -> new Outcome.LeftOver()));
        Map<Hostname, Outcome.Unknown> unknown = unknown(outcomes);
        if (unknown.size() * 2 > outcomes.size() && !probe.canAsk()) {
            return told(shard, report(outcomes, CheckReport.Ending.BLIND));
        }
        outcomes.removeIf(Outcome.Unknown.class::isInstance);
        outcomes.addAll(work.over(
                (limit, after) -> new DueResult.Due(List.copyOf(unknown.keySet()), Optional.empty()),
                hostname -> record(Objects.requireNonNull(unknown.get(hostname)), work),
                failed -> new Outcome.LeftOver()));
        return told(
                shard, report(outcomes, work.isOutOfTime() ? CheckReport.Ending.OUT_OF_TIME : CheckReport.Ending.DONE));
    }

    private static Map<Hostname, Outcome.Unknown> unknown(List<Outcome> outcomes) {
        return outcomes.stream()
                .filter(Outcome.Unknown.class::isInstance)
                .map(Outcome.Unknown.class::cast)
                .collect(Collectors.toMap(unknown -> unknown.domain().hostname(), Function.identity()));
    }

    private static CheckReport report(List<Outcome> outcomes, CheckReport.Ending ending) {
        int checked = 0;
        int moved = 0;
        int unknown = 0;
        int raced = 0;
        int leftOver = 0;
        for (Outcome outcome : outcomes) {
            switch (outcome) {
                case Outcome.Recorded(boolean hasMoved, boolean isUnknown) -> {
                    checked++;
                    moved += hasMoved ? 1 : 0;
                    unknown += isUnknown ? 1 : 0;
                }
                case Outcome.Raced() -> raced++;
                case Outcome.LeftOver(), Outcome.Unknown _ -> leftOver++;
            }
        }
        return new CheckReport(checked, moved, unknown, raced, leftOver, ending);
    }

    private static CheckReport told(int shard, CheckReport report) {
        switch (report.ending()) {
            case BLIND -> LOG.error("Part {}: our resolvers, or our own zone, give no answers: {}", shard, report);
            case OUT_OF_TIME -> LOG.warn("Part {}: more is due than there was time for: {}", shard, report);
            case DONE ->
                LOG.atLevel(report.checked() + report.leftOver() > 0 ? Level.INFO : Level.DEBUG)
                        .log("Part {}: {}", shard, report);
        }
        return report;
    }

    /** What is there now; acts on it if it is due. */
    private Outcome found(Hostname hostname, BoundedWork work, Function<Domain, Outcome> action) {
        return switch (whitelist.findConsistent(hostname)) {
            case FindResult.Found(Domain domain) -> {
                work.tableAnswered();
                yield isDue(domain) ? action.apply(domain) : new Outcome.Raced();
            }
            case FindResult.Left _, FindResult.Absent _ -> new Outcome.Raced();
            case FindResult.Unreadable(String reason) -> leftOver(hostname, reason);
            case FindResult.Unreachable(String reason) -> unreachable(hostname, reason, work);
        };
    }

    private boolean isDue(Domain domain) {
        return domain.standing()
                .checks()
                .next()
                .filter(next -> !next.isAfter(clock.instant()))
                .isPresent();
    }

    private Outcome look(Hostname hostname, BoundedWork work) {
        return found(hostname, work, domain -> {
            Optional<String> label = labels.of(domain.tenant());
            if (label.isEmpty()) {
                return unreachable(hostname, "its tenant's label isn't known", work);
            }
            Finding finding = probe.check(domain, label.get());
            if (Thread.currentThread().isInterrupted()) {
                return leftOver(hostname, "there was no time left to ask");
            }
            return finding.kind() == FindingCode.Kind.UNKNOWN
                    ? new Outcome.Unknown(domain, finding)
                    : record(domain, finding, work);
        });
    }

    private Outcome record(Outcome.Unknown unknown, BoundedWork work) {
        return record(unknown.domain(), unknown.finding(), work);
    }

    private Outcome record(Domain domain, Finding finding, BoundedWork work) {
        return tried(domain, finding, work)
                .orElseGet(() -> found(
                        domain.hostname(),
                        work,
                        now -> isAskedTheSame(domain, now)
                                ? tried(now, finding, work)
                                        .orElseGet(() -> leftOver(domain.hostname(), "it changes all the time"))
                                : leftOver(domain.hostname(), "it changed meanwhile")));
    }

    /** Whether a finding for one is one for the other: whose it is, and what proves that, hasn't changed. */
    private static boolean isAskedTheSame(Domain one, Domain other) {
        return one.tenant().equals(other.tenant())
                && one.registration().proof().equals(other.registration().proof());
    }

    /** Empty when the domain has changed meanwhile. */
    private Optional<Outcome> tried(Domain domain, Finding finding, BoundedWork work) {
        Domain checked = domain.checked(finding, schedule, clock.instant());
        return switch (whitelist.update(domain, checked)) {
            case UpdateResult.Updated() -> {
                work.tableAnswered();
                notices.ifPresent(proxies -> proxies.tell(domain, checked));
                yield Optional.of(new Outcome.Recorded(
                        domain.status() != checked.status(), finding.kind() == FindingCode.Kind.UNKNOWN));
            }
            case UpdateResult.Changed() -> Optional.empty();
            case UpdateResult.Unreachable(String reason) -> Optional.of(unreachable(domain.hostname(), reason, work));
        };
    }

    private static Outcome unreachable(Hostname hostname, String reason, BoundedWork work) {
        work.tableFailed(reason);
        return leftOver(hostname, reason);
    }

    private static Outcome leftOver(Hostname hostname, String reason) {
        LOG.warn("{} stays due: {}", hostname, reason);
        return new Outcome.LeftOver();
    }
}
