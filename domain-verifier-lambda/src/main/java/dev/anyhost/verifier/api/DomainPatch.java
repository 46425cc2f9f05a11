package dev.anyhost.verifier.api;

import dev.anyhost.domain.Policy;
import dev.anyhost.domain.Route;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.DomainStatus;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A change of a domain as a JSON merge patch (RFC 7396): what isn't named stays, null takes a value away so that the
 * default is back.
 *
 * @param patch without {@code status}
 * @param block whether the operator wants it blocked, or not any more
 */
record DomainPatch(JsonNode patch, Optional<Boolean> block) {

    private static final String ORIGIN = "origin";
    private static final String POLICY = "policy";
    private static final String PRESERVE_HOST = "preserve_host";
    private static final String HTTPS_REDIRECT = "https_redirect";
    private static final String HSTS = "hsts_max_age";
    private static final String STATUS = "status";

    /** What came out of reading a patch. */
    sealed interface Read {
        record Patch(DomainPatch patch) implements Read {}

        record Wrong(List<Problem.Mistake> mistakes) implements Read {}
    }

    /** Reads one, whatever it is to be applied to: whether a patch is right says nothing about the domain. */
    static Read read(JsonNode body) {
        Members members = Members.of(body);
        origin(members);
        policy(members);
        Optional<Boolean> block = members.text(
                STATUS,
                "\"blocked\", or \"pending\" to unblock",
                text -> DomainStatus.of(text).flatMap(DomainPatch::isBlock));
        if (body.isObject() && body.has(STATUS) && !members.has(STATUS)) {
            members.mistake(STATUS, "null", "\"blocked\", or \"pending\" to unblock");
        }
        members.reportUnknown();
        return members.mistakes().isEmpty()
                ? new Read.Patch(new DomainPatch(body, block))
                : new Read.Wrong(members.mistakes());
    }

    private static Optional<Boolean> isBlock(DomainStatus status) {
        return switch (status) {
            case BLOCKED -> Optional.of(true);
            case PENDING -> Optional.of(false);
            case ACTIVE, MISCONFIGURED, SUSPENDED -> Optional.empty();
        };
    }

    /** A domain's origin in a body; used for registrations too. */
    static Optional<URI> origin(Members members) {
        return members.text(ORIGIN, Route.ORIGIN_EXPECTED, Route::parseOrigin);
    }

    /** A domain's policy in a body; used for registrations too. */
    static Policy policy(Members members) {
        Members policy = members.object(POLICY);
        Optional<Boolean> preserveHost = policy.flag(PRESERVE_HOST);
        Optional<Boolean> httpsRedirect = policy.flag(HTTPS_REDIRECT);
        Optional<Long> hsts = policy.number(HSTS, 0, Policy.LONGEST_HSTS.toSeconds());
        policy.reportUnknown();
        return new Policy(
                preserveHost, httpsRedirect.orElse(Policy.DEFAULT.httpsRedirect()), hsts.map(Duration::ofSeconds));
    }

    /** The origin that the domain has after the patch. */
    Optional<URI> originOf(Domain domain) {
        return origin(merged(domain));
    }

    /** The policy that the domain has after the patch. */
    Policy policyOf(Domain domain) {
        return policy(merged(domain));
    }

    private Members merged(Domain domain) {
        var target = JsonMapper.shared().createObjectNode();
        domain.origin().ifPresent(origin -> target.put(ORIGIN, origin.toString()));
        Policy policy = domain.registration().policy();
        ObjectNode object = target.putObject(POLICY);
        policy.preserveHost().ifPresent(preserve -> object.put(PRESERVE_HOST, preserve));
        object.put(HTTPS_REDIRECT, policy.httpsRedirect());
        policy.hsts().ifPresent(age -> object.put(HSTS, age.toSeconds()));
        return Members.of(merge(target, patch));
    }

    /** RFC 7396 section 2, word for word. */
    static JsonNode merge(JsonNode target, JsonNode patch) {
        if (!(patch instanceof ObjectNode changes)) {
            return patch;
        }
        ObjectNode result = target instanceof ObjectNode object
                ? object.deepCopy()
                : JsonMapper.shared().createObjectNode();
        changes.properties().forEach(change -> {
            if (change.getValue().isNull()) {
                result.remove(change.getKey());
            } else {
                JsonNode before = Optional.ofNullable(result.get(change.getKey()))
                        .orElseGet(() -> JsonMapper.shared().nullNode());
                result.set(change.getKey(), merge(before, change.getValue()));
            }
        });
        return result;
    }
}
