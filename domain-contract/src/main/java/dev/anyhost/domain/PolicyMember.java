package dev.anyhost.domain;

import java.time.Duration;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * A policy as a member of the ask's body: {@code "policy":{"preserve_host":true|false|null,
 * "https_redirect":true|false,"hsts_max_age":seconds|null}}. Members that are absent are as in {@link Policy#DEFAULT},
 * unknown ones are passed over. A policy with one unusable member is unusable as a whole: half of what an owner meant is
 * something that nobody meant.
 */
final class PolicyMember {

    static final String NAME = "policy";

    private static final String PRESERVE_HOST = "preserve_host";
    private static final String HTTPS_REDIRECT = "https_redirect";
    private static final String HSTS = "hsts_max_age";

    /** More digits than the longest max-age has; what is longer is never converted. */
    private static final int MAX_DIGITS = 10;

    private Optional<Boolean> preserveHost = Policy.DEFAULT.preserveHost();
    private boolean httpsRedirect = Policy.DEFAULT.httpsRedirect();
    private Optional<Duration> hsts = Policy.DEFAULT.hsts();
    private boolean usable = true;

    private PolicyMember() {}

    /** Reads on from the object's start to its end; {@link Policy#DEFAULT} for what is unusable. */
    static Policy read(JsonParser parser) {
        var member = new PolicyMember();
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            member.take(name, parser.nextToken(), parser);
            parser.skipChildren();
        }
        return member.usable ? new Policy(member.preserveHost, member.httpsRedirect, member.hsts) : Policy.DEFAULT;
    }

    private void take(String name, JsonToken value, JsonParser parser) {
        boolean absent = value == JsonToken.VALUE_NULL;
        boolean truth = value == JsonToken.VALUE_TRUE || value == JsonToken.VALUE_FALSE;
        switch (name) {
            case PRESERVE_HOST -> {
                usable &= truth || absent;
                preserveHost = truth ? Optional.of(value == JsonToken.VALUE_TRUE) : Optional.empty();
            }
            case HTTPS_REDIRECT -> {
                usable &= truth;
                httpsRedirect = value == JsonToken.VALUE_TRUE;
            }
            case HSTS -> {
                hsts = value == JsonToken.VALUE_NUMBER_INT ? seconds(parser.getString()) : Optional.empty();
                usable &= hsts.isPresent() || absent;
            }
            default -> {} // Said by a later release.
        }
    }

    private static Optional<Duration> seconds(String digits) {
        return digits.length() > MAX_DIGITS
                ? Optional.empty()
                : Optional.of(Duration.ofSeconds(Long.parseLong(digits))).filter(Policy::isHsts);
    }

    static void write(Policy policy, JsonGenerator json) {
        json.writeName(NAME);
        json.writeStartObject();
        json.writeName(PRESERVE_HOST);
        if (policy.preserveHost().isPresent()) {
            json.writeBoolean(policy.preserveHost().get());
        } else {
            json.writeNull();
        }
        json.writeName(HTTPS_REDIRECT);
        json.writeBoolean(policy.httpsRedirect());
        json.writeName(HSTS);
        if (policy.hsts().isPresent()) {
            json.writeNumber(policy.hsts().get().toSeconds());
        } else {
            json.writeNull();
        }
        json.writeEndObject();
    }
}
