package dev.anyhost.verifier.events;

import dev.anyhost.store.changes.Change;
import dev.anyhost.store.changes.ChangeLog;
import dev.anyhost.store.changes.ChangesSince;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.DomainEvent;
import dev.anyhost.verifier.onboarding.Finding;
import dev.anyhost.verifier.onboarding.FindingCode;
import dev.anyhost.verifier.onboarding.Hindrance;
import dev.anyhost.verifier.whitelist.Cursor;
import dev.anyhost.verifier.whitelist.FindResult;
import dev.anyhost.verifier.whitelist.ProxyNotices;
import dev.anyhost.verifier.whitelist.UpdateResult;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over from the proxies' change log what became of certificates, into the outboxes of their hostnames. An event's id is
 * the change's, and the hostname's row notes it with the event, so that it is taken over once whoever crashes.
 */
public final class CertificateEvents {

    private static final Logger LOG = LoggerFactory.getLogger(CertificateEvents.class);
    private static final int TRIES = 3;

    /** How long the log keeps its rows. */
    private static final Duration KEPT = Duration.ofDays(2);

    private final Whitelist whitelist;
    private final ProxyNotices changes;
    private final InstantSource clock;

    public CertificateEvents(Whitelist whitelist, ProxyNotices changes, InstantSource clock) {
        this.whitelist = whitelist;
        this.changes = changes;
        this.clock = clock;
    }

    /** Takes over what is new since the last time; returns how many events there were. */
    public int takeOver() {
        Instant now = clock.instant();
        Optional<Cursor> cursor = whitelist.cursor();
        if (cursor.isEmpty()) {
            return 0;
        }
        Instant readTo = cursor.get().at().filter(at -> at.isBefore(now)).orElse(now);
        Instant from = readTo.isBefore(now.minus(KEPT)) ? now.minus(KEPT) : readTo.minus(ChangeLog.LOOK_BACK);
        return switch (changes.since(from)) {
            case ChangesSince.Read(List<ChangesSince.Entry> entries) -> takeOver(entries, cursor.get(), now);
            case ChangesSince.Unreachable(String reason) -> {
                LOG.warn("Certificate events are for later: {}", reason);
                yield 0;
            }
        };
    }

    private int takeOver(List<ChangesSince.Entry> entries, Cursor cursor, Instant now) {
        List<ChangesSince.Entry> about = entries.stream()
                .filter(entry -> type(entry.change().kind()).isPresent())
                .sorted(Comparator.comparing(ChangesSince.Entry::at).thenComparing(ChangesSince.Entry::id))
                .toList();
        int taken = 0;
        Instant readTo = now;
        Set<String> seen = new LinkedHashSet<>();
        for (ChangesSince.Entry entry : about) {
            boolean isNew = !cursor.seen().contains(entry.id());
            if (isNew && !append(entry, type(entry.change().kind()).orElseThrow())) {
                readTo = entry.at().isBefore(readTo) ? entry.at() : readTo;
            } else {
                taken += isNew ? 1 : 0;
                seen.add(entry.id());
            }
        }
        if (!whitelist.move(cursor, readTo, seen)) {
            LOG.info("Another run took over certificate events at the same time");
        }
        return taken;
    }

    private static Optional<DomainEvent.Type> type(Change.Kind kind) {
        return switch (kind) {
            case ISSUED -> Optional.of(DomainEvent.Type.CERTIFICATE_ISSUED);
            case RENEWED -> Optional.of(DomainEvent.Type.CERTIFICATE_RENEWED);
            case ISSUANCE_FAILED -> Optional.of(DomainEvent.Type.CERTIFICATE_FAILED);
            case ACTIVATED, REFUSED, REMOVED, FORGIVEN -> Optional.empty();
        };
    }

    /** What an owner can mend; codes of a later release say nothing to this one. */
    private static Optional<Hindrance> hindrance(Change change) {
        return change.cause()
                .flatMap(cause -> FindingCode.of(cause.code())
                        .map(code -> new Hindrance(new Finding(code, cause.message()), cause.served())));
    }

    /** False when it must be tried again. */
    private boolean append(ChangesSince.Entry entry, DomainEvent.Type type) {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            switch (whitelist.findConsistent(entry.change().hostname())) {
                case FindResult.Found(Domain domain) -> {
                    Domain certified = domain.certified(entry.id(), type, entry.at(), hindrance(entry.change()));
                    // A run that ended before it moved the cursor has taken over what is noted.
                    if (certified.equals(domain)
                            || whitelist.update(domain, certified) instanceof UpdateResult.Updated) {
                        return true;
                    }
                }
                case FindResult.Left _, FindResult.Absent _, FindResult.Unreadable _ -> {
                    return true; // Nobody is there who could be told.
                }
                case FindResult.Unreachable _ -> {
                    return false;
                }
            }
        }
        return false;
    }
}
