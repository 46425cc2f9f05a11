package dev.anyhost.verifier.check;

import dev.anyhost.domain.Hostname;
import dev.anyhost.verifier.events.CertificateEvents;
import dev.anyhost.verifier.events.Delivery;
import dev.anyhost.verifier.whitelist.DuePage;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** All that is done for one part of the whitelist every minute: checks, then what there is to tell. */
public final class ScheduledRun {

    /** The part of the time that telling has at least: one divided by this. */
    private static final int TOLD_IN = 4;

    private final Whitelist whitelist;
    private final CheckRun checks;
    private final Delivery delivery;
    private final Optional<CertificateEvents> certificates;
    private final InstantSource clock;

    /** @param certificates taken over with the first part */
    public ScheduledRun(
            Whitelist whitelist,
            CheckRun checks,
            Delivery delivery,
            Optional<CertificateEvents> certificates,
            InstantSource clock) {
        this.whitelist = whitelist;
        this.checks = checks;
        this.delivery = delivery;
        this.certificates = certificates;
        this.clock = clock;
    }

    /**
     * Runs once.
     *
     * @param shard from 0 to below {@link Whitelist#SHARDS}
     * @param stopAt nothing begins after this; what isn't done stays due
     * @throws TableUnreachable when it can't be found out what is due
     */
    public RunReport run(int shard, Instant stopAt) {
        Duration time = Duration.between(clock.instant(), stopAt);
        CheckReport report = checks.run(shard, stopAt.minus(time.dividedBy(TOLD_IN)));
        int certificateEvents =
                shard == 0 ? certificates.map(CertificateEvents::takeOver).orElse(0) : 0;
        var work = new BoundedWork(clock, stopAt);
        List<Delivery.Outcome> outcomes = work.over(
                (limit, after) -> whitelist.dueForDelivery(new DuePage(shard, clock.instant(), limit, after)),
                hostname -> deliver(hostname, work, stopAt),
                failed -> Delivery.Outcome.LATER);
        return new RunReport(report, certificateEvents, outcomes.size(), later(outcomes));
    }

    private Delivery.Outcome deliver(Hostname hostname, BoundedWork work, Instant stopAt) {
        Delivery.Outcome outcome = delivery.deliver(hostname, stopAt);
        switch (outcome) {
            case DONE, LATER -> work.tableAnswered();
            case UNREACHABLE -> work.tableFailed("deliveries can't be written down");
        }
        return outcome;
    }

    private static int later(List<Delivery.Outcome> outcomes) {
        return (int) outcomes.stream()
                .filter(outcome -> outcome != Delivery.Outcome.DONE)
                .count();
    }
}
