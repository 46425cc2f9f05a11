package dev.anyhost.verifier.api;

import dev.anyhost.domain.Policy;
import dev.anyhost.verifier.UnicodeHostname;
import dev.anyhost.verifier.dns.Edge;
import dev.anyhost.verifier.dns.Expectation;
import dev.anyhost.verifier.dns.RequiredRecord;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.Summary;
import dev.anyhost.verifier.whitelist.TenantLabels;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Domains as the API shows them. */
final class DomainAnswers {

    /** They stand in for the CNAME where there can't be one. */
    private static final Set<String> ADDRESSES = Set.of("A", "AAAA");

    private final TenantLabels labels;
    private final Edge edge;
    private final InstantSource clock;

    DomainAnswers(TenantLabels labels, Edge edge, InstantSource clock) {
        this.labels = labels;
        this.edge = edge;
        this.clock = clock;
    }

    /** An answer with one domain and its entity tag. */
    ApiAnswer one(int status, Domain domain) {
        return json(domain)
                .map(body -> ApiAnswer.json(status, body).with("ETag", EntityTag.of(domain)))
                .orElseGet(Problem::unavailable);
    }

    /** An answer with a page of them. */
    ApiAnswer page(List<Domain> domains, List<String> unreadable, Optional<String> cursor) {
        var body = JsonMapper.shared().createObjectNode();
        var shown = body.putArray("domains");
        for (Domain domain : domains) {
            Optional<ObjectNode> json = json(domain);
            if (json.isEmpty()) {
                return Problem.unavailable();
            }
            shown.add(json.get());
        }
        var hostnames = body.putArray("unreadable");
        unreadable.forEach(hostnames::add);
        body.put("next_cursor", cursor.orElse(null));
        return ApiAnswer.json(200, body);
    }

    private Optional<ObjectNode> json(Domain domain) {
        return labels.of(domain.tenant())
                .map(label -> json(domain, RequiredRecord.of(Expectation.of(domain, label, edge))));
    }

    private ObjectNode json(Domain domain, List<RequiredRecord> toCreate) {
        var json = JsonMapper.shared().createObjectNode();
        json.put("hostname", domain.hostname().value());
        json.put("hostname_unicode", UnicodeHostname.show(domain.hostname()));
        json.put("tenant", domain.tenant());
        json.put("origin", domain.origin().map(URI::toString).orElse(null));
        json.set("policy", json(domain.registration().policy()));
        json.put("status", domain.status().text());
        json.put("status_since", domain.standing().since().toString());
        json.set("summary", json(Summary.of(domain, clock.instant())));
        var dns = json.putArray("dns_records");
        toCreate.forEach(record -> dns.addObject()
                .put("type", record.type())
                .put("name", record.name())
                .put("value", record.value())
                .put("alternative", ADDRESSES.contains(record.type())));
        var timeline = json.putArray("timeline");
        domain.standing()
                .checks()
                .timeline()
                .forEach(run -> timeline.addObject()
                        .put("code", run.code().text())
                        .put("first", run.first().toString())
                        .put("last", run.last().toString())
                        .put("count", run.count()));
        json.put("created_at", domain.createdAt().toString());
        return json;
    }

    private static ObjectNode json(Policy policy) {
        var json = JsonMapper.shared().createObjectNode();
        json.put("preserve_host", policy.preserveHost().orElse(null));
        json.put("https_redirect", policy.httpsRedirect());
        json.put("hsts_max_age", policy.hsts().map(Duration::toSeconds).orElse(null));
        return json;
    }

    private static ObjectNode json(Summary summary) {
        var json = JsonMapper.shared().createObjectNode();
        json.put("state", summary.state().text());
        json.put("code", summary.code());
        json.put("message", summary.message());
        json.put("next_check_at", summary.nextCheckAt().map(Instant::toString).orElse(null));
        return json;
    }
}
