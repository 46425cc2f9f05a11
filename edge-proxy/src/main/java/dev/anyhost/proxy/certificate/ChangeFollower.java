package dev.anyhost.proxy.certificate;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.admission.Admission;
import dev.anyhost.proxy.issuance.IssuanceTime;
import dev.anyhost.store.IssuanceLeases;
import dev.anyhost.store.changes.Change;
import dev.anyhost.store.changes.ChangeLog;
import dev.anyhost.store.changes.ChangesSince;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Hears what changed elsewhere, every half minute: reads the change log from ten minutes before its last success, does
 * what each change asks for, once, and forgets what it has done when it can't be read again.
 */
public final class ChangeFollower {

    /** How often the log is read. */
    public static final Duration EVERY = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(ChangeFollower.class);

    /** After a longer silence, verdicts have aged anyway and certificates are seen again daily. */
    private static final Duration LONGEST_CATCH_UP = Duration.ofDays(1);

    private static final int REMEMBERED = 1_000_000;

    private final ChangeLog log;
    private final Told told;
    private final IssuanceTime time;
    private final Cache<String, Boolean> done = Caffeine.newBuilder()
            .maximumSize(REMEMBERED)
            .expireAfterWrite(LONGEST_CATCH_UP.plus(ChangeLog.LOOK_BACK))
            .build();
    private Instant readUntil;

    /** Whom changes concern. */
    public record Told(
            Admission admission,
            FailureMemory failures,
            IssuanceLeases leases,
            Acquisition acquisition,
            EarlyCertificates early) {}

    /** Follows from now on: what changed before, this process hasn't remembered otherwise. */
    public ChangeFollower(ChangeLog log, Told told, IssuanceTime time) {
        this.log = log;
        this.told = told;
        this.time = time;
        this.readUntil = time.clock().instant();
    }

    /** Blocks until the thread is interrupted. */
    public void follow() {
        try {
            while (true) {
                time.pause().pause(EVERY);
                look();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Reads once. On one thread at a time. */
    void look() {
        Instant now = time.clock().instant();
        Instant earliest = now.minus(LONGEST_CATCH_UP);
        Instant from = readUntil.minus(ChangeLog.LOOK_BACK);
        switch (log.since(from.isBefore(earliest) ? earliest : from)) {
            case ChangesSince.Read read -> {
                read.entries().forEach(this::take);
                readUntil = now;
            }
            case ChangesSince.Unreachable(String reason) ->
                LOG.atWarn().addKeyValue("reason", reason).log("changes not read");
        }
    }

    private static boolean isForInstances(Change.Kind kind) {
        return kind != Change.Kind.ISSUED && kind != Change.Kind.ISSUANCE_FAILED;
    }

    private void take(ChangesSince.Entry entry) {
        if (done.asMap().putIfAbsent(entry.id(), true) != null) {
            return;
        }
        Hostname hostname = entry.change().hostname();
        LOG.atLevel(isForInstances(entry.change().kind()) ? Level.INFO : Level.DEBUG)
                .addKeyValue("hostname", hostname)
                .addKeyValue("change", entry.change().kind())
                .log("change heard");
        switch (entry.change().kind()) {
            case ACTIVATED -> {
                var _ = told.leases().forgive(hostname, entry.at());
                told.failures().forget(hostname);
                told.admission().forget(hostname);
                told.early().want(hostname);
            }
            case FORGIVEN -> told.failures().forget(hostname);
            case REFUSED, REMOVED -> {
                if (told.admission().doubt(hostname)) {
                    told.acquisition().refresh(hostname);
                }
            }
            case RENEWED -> told.acquisition().renewed(hostname);
            case ISSUED, ISSUANCE_FAILED -> {} // For those who tell the owner.
        }
    }
}
