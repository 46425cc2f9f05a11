package dev.anyhost.proxy.certificate;

import dev.anyhost.store.changes.Change;
import dev.anyhost.store.changes.ChangeLog;
import dev.anyhost.store.changes.PublishResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells all readers of the change log what became of issuances: after the fact, together with what else happened in the
 * same second, and at most once. What can't be told is lost; the store itself has the certificate, or the failure.
 */
public final class Announcements implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Announcements.class);
    private static final Duration TOGETHER = Duration.ofSeconds(1);
    private static final int MOST = 1_000;

    private final ChangeLog log;
    private final ScheduledExecutorService timer;
    private List<Change> untold = new ArrayList<>();

    /** @param timer tells; its task blocks for one store call for each {@link ChangeLog#MOST_AT_ONCE} changes */
    public Announcements(ChangeLog log, ScheduledExecutorService timer) {
        this.log = log;
        this.timer = timer;
    }

    /** Has it told within about a second. Never blocks. */
    synchronized void tell(Change change) {
        if (untold.size() >= MOST) {
            lost(1, "too many untold");
            return;
        }
        untold.add(change);
        if (untold.size() == 1) {
            schedule();
        }
    }

    private void schedule() {
        try {
            timer.schedule(this::tellAll, TOGETHER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopping) {
            LOG.debug("told at the end", stopping);
        }
    }

    /** Tells what is untold. Blocks. */
    void tellAll() {
        List<Change> changes = take();
        for (int from = 0; from < changes.size(); from += ChangeLog.MOST_AT_ONCE) {
            List<Change> some = changes.subList(from, Math.min(changes.size(), from + ChangeLog.MOST_AT_ONCE));
            switch (log.publish(some)) {
                case PublishResult.Published() -> {}
                case PublishResult.Unreachable(String reason) -> lost(some.size(), reason);
            }
        }
    }

    private synchronized List<Change> take() {
        List<Change> taken = untold;
        untold = new ArrayList<>();
        return taken;
    }

    private static void lost(int changes, String reason) {
        LOG.atWarn()
                .addKeyValue("changes", changes)
                .addKeyValue("reason", reason)
                .log("changes not told");
    }

    @Override
    public void close() {
        tellAll();
    }
}
