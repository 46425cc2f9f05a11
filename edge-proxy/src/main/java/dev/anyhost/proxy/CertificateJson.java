package dev.anyhost.proxy;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.CertificateSummary;
import dev.anyhost.store.IssuanceFailure;
import dev.anyhost.store.LastVerdict;
import dev.anyhost.store.StoredCertificate;
import dev.anyhost.store.SuggestedWindow;
import java.time.Instant;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What {@code anyhost certs} prints as JSON. Members are only ever added; times are ISO 8601 in UTC. */
final class CertificateJson {

    private CertificateJson() {}

    static ObjectNode line(CertificateSummary line) {
        return object(line.hostname())
                .put("not_after", line.notAfter().toString())
                .put("due_at", line.due().toString())
                .put("issuer", line.issuer())
                .put("version", line.version());
    }

    static ObjectNode failure(Hostname hostname, IssuanceFailure failure) {
        return object(hostname)
                .put("failed_at", failure.failedAt().toString())
                .put("retry_at", failure.retryAt().toString())
                .put("attempts", failure.count())
                .put("cause", failure.cause())
                .put("challenge", failure.challenge().orElse(null))
                .put("problem", failure.problem());
    }

    static ObjectNode certificate(StoredCertificate found) {
        var leaf = found.chain().getFirst();
        LastVerdict verdict = found.lastVerdict();
        boolean known = !verdict.equals(LastVerdict.UNKNOWN);
        ObjectNode object = object(found.hostname())
                .put("serial", leaf.getSerialNumber().toString(16))
                .put("not_before", found.notBefore().toString())
                .put("not_after", found.notAfter().toString())
                .put("issued_by", leaf.getIssuerX500Principal().getName())
                .put("issuer", found.issuer())
                .put("version", found.version())
                .put("tenant", verdict.route().tenant().orElse(null))
                .put("verdict", !known ? "none" : verdict.refusedAt().isPresent() ? "refused" : "allowed")
                .put(
                        "refused_at",
                        known ? verdict.refusedAt().map(Instant::toString).orElse(null) : null)
                .put("due_at", found.upkeep().due().toString())
                .put("used_at", found.upkeep().used().toString())
                .put("renew_at", found.upkeep().renewAt().map(Instant::toString).orElse(null));
        object.set(
                "suggested_window",
                found.upkeep().window().map(CertificateJson::window).orElse(null));
        return object;
    }

    private static ObjectNode window(SuggestedWindow window) {
        return JsonMapper.shared()
                .createObjectNode()
                .put("start", window.start().toString())
                .put("end", window.end().toString())
                .put("chosen", window.chosen().toString());
    }

    private static ObjectNode object(Hostname hostname) {
        return JsonMapper.shared().createObjectNode().put("hostname", hostname.value());
    }
}
