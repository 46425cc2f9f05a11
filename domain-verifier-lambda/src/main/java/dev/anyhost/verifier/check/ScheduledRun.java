package dev.anyhost.verifier.check;

import dev.anyhost.domain.Hostname;
import dev.anyhost.verifier.events.CertificateEvents;
import dev.anyhost.verifier.events.Delivery;
import dev.anyhost.verifier.whitelist.DueResult;
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
    public CheckReport run(int shard, Instant stopAt) {
        Duration time = Duration.between(clock.instant(), stopAt);
        CheckReport report = checks.run(shard, stopAt.minus(time.dividedBy(TOLD_IN)));
        if (shard == 0) {
            certificates.ifPresent(CertificateEvents::takeOver);
        }
        new BoundedWork(clock, stopAt)
                .over(limit -> due(shard, limit), delivery::deliver, failed -> Delivery.Outcome.LATER);
        return report;
    }

    private List<Hostname> due(int shard, int limit) {
        return switch (whitelist.dueForDelivery(shard, clock.instant(), limit)) {
            case DueResult.Due(List<Hostname> hostnames, var _) -> hostnames;
            case DueResult.Unreachable(String reason) -> throw new TableUnreachable(reason);
        };
    }
}
