package dev.anyhost.verifier.command;

import dev.anyhost.verifier.onboarding.Domain;
import java.net.URI;
import tools.jackson.databind.json.JsonMapper;

/** A domain as JSON: the members that the domains API's object has as far as there is an answer yet. */
final class DomainJson {

    private DomainJson() {}

    static String write(Domain domain) {
        var object = JsonMapper.shared().createObjectNode();
        object.put("hostname", domain.hostname().value());
        object.put("tenant", domain.tenant());
        object.put("origin", domain.origin().map(URI::toString).orElse(null));
        object.put("status", domain.status().text());
        object.put("created_at", domain.createdAt().toString());
        return object.toString();
    }
}
