package dev.anyhost.proxy.renewal;

import dev.anyhost.proxy.certificate.Renewer;
import dev.anyhost.proxy.issuance.IssuanceTime;
import dev.anyhost.proxy.issuance.Issuer;
import dev.anyhost.store.CertificateStore;
import dev.anyhost.store.LateRenewals;
import dev.anyhost.store.PartLeases;
import dev.anyhost.store.PartLeases.PartClaim;
import dev.anyhost.store.PartLeases.PartLease;
import dev.anyhost.store.PartLeases.PartState;
import dev.anyhost.store.PartLeases.PartsResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has every certificate looked after in time, whether or not anybody visits. The certificates are split into parts, and each
 * part is gone through twice a minute by the instance that gets it; what one leaves when it dies, another takes over.
 */
public final class RenewalLoop {

    private static final Logger LOG = LoggerFactory.getLogger(RenewalLoop.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);
    private static final int PARTS_AT_A_TIME = 4;

    private final PartLeases parts;
    private final PartRun run;
    private final OverdueCertificates overdue = new OverdueCertificates();
    private final Supplier<List<Issuer>> issuers;
    private final TrustedClock trusted;
    private final Surroundings around;
    private final PartWatch watch;
    private final Semaphore free = new Semaphore(PARTS_AT_A_TIME);

    /**
     * What it needs of its process.
     *
     * @param owner names this start of this process
     * @param timer shows signs of life; its tasks block for at most a store call
     * @param background runs blocking work
     * @param random makes the instances differ
     * @param results hears of every certificate that was looked at
     */
    public record Surroundings(
            String owner,
            IssuanceTime time,
            ScheduledExecutorService timer,
            Executor background,
            Random random,
            Consumer<Outcome> results) {}

    /** What it goes by. */
    public record Store(CertificateStore certificates, PartLeases parts, LateRenewals late) {}

    /**
     * @param issuers the first is asked first; empty until tables, keys and account were seen
     * @param unusedFor what nobody used for so long isn't renewed
     */
    public RenewalLoop(
            Store store, Renewer renewer, Supplier<List<Issuer>> issuers, Duration unusedFor, Surroundings around) {
        this.parts = store.parts();
        this.issuers = issuers;
        this.around = around;
        var care = new CertificateCare(
                store.certificates(), renewer, unusedFor, around.time().clock(), around.random());
        this.run = new PartRun(store, care, overdue, around);
        this.watch = new PartWatch(around.time());
        this.trusted = new TrustedClock();
    }

    /** What should have been renewed, for alarms. */
    public OverdueCertificates overdue() {
        return overdue;
    }

    /** Blocks until the thread is interrupted. */
    public void run() {
        try {
            while (true) {
                around.time().pause().pause(LOOK_EVERY);
                tick();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Begins with parts that are nobody's and due, as many as there are places for. */
    void tick() {
        List<Issuer> ready = issuers.get();
        if (ready.isEmpty() || !trusted.isRight(ready)) {
            overdue.keepNone();
            return;
        }
        switch (parts.look()) {
            case PartsResult.Parts(List<PartState> states) -> {
                overdue.keepOwn(states, around.owner());
                begin(shuffled(watch.free(states)), ready);
            }
            case PartsResult.Unreachable(String reason) ->
                LOG.atWarn().addKeyValue("reason", reason).log("not known who renews what");
        }
    }

    private List<PartState> shuffled(List<PartState> states) {
        List<PartState> mixed = new ArrayList<>(states);
        Collections.shuffle(mixed, around.random());
        return mixed;
    }

    private void begin(List<PartState> states, List<Issuer> ready) {
        for (PartState state : states) {
            if (!free.tryAcquire()) {
                return;
            }
            switch (parts.claim(state, around.owner())) {
                case PartClaim.Claimed(PartLease lease) -> around.background().execute(() -> goThrough(lease, ready));
                case PartClaim.Raced(), PartClaim.Unreachable _ -> free.release();
            }
        }
    }

    private void goThrough(PartLease lease, List<Issuer> ready) {
        try {
            run.run(lease, ready);
        } finally {
            free.release();
        }
    }
}
