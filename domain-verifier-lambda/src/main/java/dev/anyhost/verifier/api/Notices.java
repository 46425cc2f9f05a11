package dev.anyhost.verifier.api;

import dev.anyhost.store.changes.Change;
import dev.anyhost.store.changes.PublishResult;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.onboarding.Entry;
import dev.anyhost.verifier.onboarding.Removed;
import dev.anyhost.verifier.whitelist.ProxyNotices;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the proxies what they must hear sooner than their verdicts age. */
final class Notices {

    private static final Logger LOG = LoggerFactory.getLogger(Notices.class);

    private final ProxyNotices proxies;

    Notices(ProxyNotices proxies) {
        this.proxies = proxies;
    }

    /** Of a change that is in the table. That stays so when nobody could be told: verdicts age within minutes. */
    void tell(Domain before, Entry after) {
        kind(before, after).ifPresent(kind -> {
            if (proxies.publish(new Change(kind, before.hostname()))
                    instanceof PublishResult.Unreachable(String reason)) {
                LOG.warn("Proxies weren't told that {} changed ({}): {}", before.hostname(), kind, reason);
            }
        });
    }

    private static Optional<Change.Kind> kind(Domain before, Entry after) {
        return switch (after) {
            case Removed _ -> Optional.of(Change.Kind.REMOVED);
            case Domain domain -> kind(before, domain);
        };
    }

    private static Optional<Change.Kind> kind(Domain before, Domain after) {
        boolean blocked = before.status() != after.status() && after.status() == DomainStatus.BLOCKED;
        boolean served = before.status().isAllowed() && after.status().isAllowed();
        boolean otherwise = !before.origin().equals(after.origin())
                || !before.registration().policy().equals(after.registration().policy());
        return blocked
                ? Optional.of(Change.Kind.REFUSED)
                : served && otherwise ? Optional.of(Change.Kind.ACTIVATED) : Optional.empty();
    }
}
