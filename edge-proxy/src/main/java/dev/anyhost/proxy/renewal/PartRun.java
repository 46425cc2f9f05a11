package dev.anyhost.proxy.renewal;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.issuance.Issuer;
import dev.anyhost.store.DueResult;
import dev.anyhost.store.PartLeases.PartLease;
import dev.anyhost.store.StoreEffect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Goes through what is due in one part, some at a time, until nothing is, or the part is lost, or its time is over. */
final class PartRun {

    /** When a part is gone through next. */
    static final Duration EVERY = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(PartRun.class);
    private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final int AT_A_TIME = 16;

    private final RenewalLoop.Store store;
    private final CertificateCare care;
    private final OverdueCertificates overdue;
    private final RenewalLoop.Surroundings around;

    PartRun(
            RenewalLoop.Store store,
            CertificateCare care,
            OverdueCertificates overdue,
            RenewalLoop.Surroundings around) {
        this.store = store;
        this.care = care;
        this.overdue = overdue;
        this.around = around;
    }

    /** Blocks until it is over; the part is given back then. */
    void run(PartLease lease, List<Issuer> issuers) {
        var lost = new AtomicBoolean();
        long every = SIGN_OF_LIFE.toMillis();
        ScheduledFuture<?> signs = around.timer()
                .scheduleAtFixedRate(
                        () -> {
                            if (!store.parts().renew(lease)) {
                                lost.set(true);
                            }
                        },
                        every,
                        every,
                        TimeUnit.MILLISECONDS);
        try {
            goThrough(lease.part(), issuers, lost);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            signs.cancel(false);
            release(lease);
        }
    }

    private void goThrough(String part, List<Issuer> issuers, AtomicBoolean lost) throws InterruptedException {
        long end = around.time().nanos().getAsLong() + LONGEST.toNanos();
        var pass = new Pass(part, issuers, new Lateness(store.late(), part), new HashSet<>());
        boolean more = true;
        while (more && !lost.get() && around.time().nanos().getAsLong() - end < 0) {
            more = page(pass);
        }
        if (!lost.get()) {
            pass.lateness().count(around.time().clock().instant()).ifPresent(count -> overdue.report(part, count));
        }
    }

    /** @param done what was looked at */
    private record Pass(String part, List<Issuer> issuers, Lateness lateness, Set<Hostname> done) {}

    /** Whether there may be more. The index lags behind: what was done is passed over when it is listed again. */
    private boolean page(Pass pass) throws InterruptedException {
        return switch (store.certificates()
                .due(pass.part(), around.time().clock().instant(), AT_A_TIME)) {
            case DueResult.Due(List<Hostname> due) -> {
                List<Hostname> fresh = due.stream()
                        .filter(hostname -> !pass.done().contains(hostname))
                        .toList();
                yield !fresh.isEmpty() && together(fresh, pass);
            }
            case DueResult.Unreachable(String reason) -> {
                LOG.atWarn()
                        .addKeyValue("part", pass.part())
                        .addKeyValue("reason", reason)
                        .log("not known what is to be renewed");
                yield false;
            }
        };
    }

    /** Whether it is of use to go on. A renewed one is looked at again, since nobody has asked yet when it is due. */
    private boolean together(List<Hostname> due, Pass pass) throws InterruptedException {
        boolean goOn = true;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Outcome>> looks = new ArrayList<>();
            due.forEach(
                    hostname -> looks.add(threads.submit(() -> care.look(hostname, pass.issuers(), pass.lateness()))));
            for (int i = 0; i < due.size(); i++) {
                Outcome outcome = outcome(due.get(i), looks.get(i));
                around.results().accept(outcome);
                goOn &= !outcome.staysDue();
                if (outcome != Outcome.RENEWED) {
                    pass.done().add(due.get(i));
                }
            }
        }
        return goOn;
    }

    /** A bug in one must not keep the others of its part from being renewed. */
    private static Outcome outcome(Hostname hostname, Future<Outcome> look) throws InterruptedException {
        try {
            return look.get();
        } catch (ExecutionException bug) {
            LOG.atError().addKeyValue("hostname", hostname).setCause(bug).log("looking after a certificate failed");
            return Outcome.FAILED;
        }
    }

    private void release(PartLease lease) {
        // A process that is told to stop still gives its parts back, or the others would wait for them to lapse.
        boolean interrupted = Thread.interrupted();
        if (store.parts().release(lease, around.time().clock().instant().plus(EVERY))
                instanceof StoreEffect.Unreachable(String reason)) {
            LOG.atWarn()
                    .addKeyValue("part", lease.part())
                    .addKeyValue("reason", reason)
                    .log("part not given back, it will lapse");
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
