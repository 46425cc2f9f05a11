package dev.anyhost.proxy.renewal;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.CertificateFacts;
import dev.anyhost.store.LateRenewals;
import dev.anyhost.store.LateRenewals.LateRenewal;
import dev.anyhost.store.LateRenewals.LateResult;
import dev.anyhost.store.StoreEffect;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which renewals of one part are late, kept in step with the store while the part is gone through: a write for the first
 * failure and one for what ends it, none in between. Any thread may call any method.
 */
final class Lateness {

    private static final Logger LOG = LoggerFactory.getLogger(Lateness.class);

    private final LateRenewals store;
    private final Map<Hostname, LateRenewal> late = new ConcurrentHashMap<>();
    private final boolean complete;

    /** Asks the store: one query. */
    Lateness(LateRenewals store, String part) {
        this.store = store;
        this.complete = switch (store.of(part)) {
            case LateResult.Late(List<LateRenewal> renewals) -> {
                renewals.forEach(one -> late.put(one.hostname(), one));
                yield true;
            }
            case LateResult.Unreachable(String reason) -> {
                LOG.atWarn()
                        .addKeyValue("part", part)
                        .addKeyValue("reason", reason)
                        .log("not known what is late");
                yield false;
            }
        };
    }

    /** It should have been renewed and wasn't. */
    void failed(CertificateFacts certificate) {
        LateRenewal now = RenewalPolicy.late(certificate);
        if (!now.equals(late.put(certificate.hostname(), now))) {
            check(store.note(now));
        }
    }

    /** It was renewed, or need not be. */
    void settled(Hostname hostname) {
        if (late.remove(hostname) != null) {
            check(store.forget(hostname));
        }
    }

    private static void check(StoreEffect effect) {
        if (effect instanceof StoreEffect.Unreachable(String reason)) {
            LOG.atWarn().addKeyValue("reason", reason).log("late renewals may be miscounted");
        }
    }

    /** How many are alarming; empty when the store couldn't be asked. */
    Optional<OverdueCertificates.Count> count(Instant now) {
        return complete
                ? Optional.of(new OverdueCertificates.Count(
                        late.values().stream()
                                .filter(one -> !one.lateAt().isAfter(now))
                                .count(),
                        late.values().stream()
                                .filter(one -> !one.almostExpiredAt().isAfter(now))
                                .count()))
                : Optional.empty();
    }
}
