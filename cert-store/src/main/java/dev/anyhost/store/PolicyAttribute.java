package dev.anyhost.store;

import dev.anyhost.domain.Policy;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A policy as an attribute of a verdict. {@link Policy#DEFAULT} has none, so that verdicts written before there were
 * policies, and those that an older release writes meanwhile, are equal to ours and aren't written again.
 */
final class PolicyAttribute {

    private static final String POLICY = "policy";
    private static final String PRESERVE_HOST = "preserve_host";
    private static final String HTTPS_REDIRECT = "https_redirect";
    private static final String HSTS = "hsts_max_age";

    private PolicyAttribute() {}

    static void write(Policy policy, Map<String, AttributeValue> verdict) {
        if (policy.equals(Policy.DEFAULT)) {
            return;
        }
        Map<String, AttributeValue> fields = new HashMap<>();
        policy.preserveHost().ifPresent(preserve -> fields.put(PRESERVE_HOST, AttributeValue.fromBool(preserve)));
        fields.put(HTTPS_REDIRECT, AttributeValue.fromBool(policy.httpsRedirect()));
        policy.hsts().ifPresent(age -> fields.put(HSTS, Attributes.number(age.toSeconds())));
        verdict.put(POLICY, AttributeValue.fromM(fields));
    }

    /** Total: empty for what is there and can't be read. */
    static Optional<Policy> read(Map<String, AttributeValue> verdict) {
        if (!verdict.containsKey(POLICY)) {
            return Optional.of(Policy.DEFAULT);
        }
        Map<String, AttributeValue> fields = Attributes.map(verdict, POLICY);
        Optional<Boolean> preserveHost = truth(fields, PRESERVE_HOST);
        Optional<Boolean> httpsRedirect = truth(fields, HTTPS_REDIRECT);
        Optional<Duration> hsts = age(fields);
        boolean readable = httpsRedirect.isPresent()
                && fields.containsKey(PRESERVE_HOST) == preserveHost.isPresent()
                && fields.containsKey(HSTS) == hsts.isPresent();
        return readable ? Optional.of(new Policy(preserveHost, httpsRedirect.get(), hsts)) : Optional.empty();
    }

    private static Optional<Boolean> truth(Map<String, AttributeValue> fields, String name) {
        @Nullable AttributeValue value = fields.get(name);
        return value == null ? Optional.empty() : Optional.ofNullable(value.bool());
    }

    private static Optional<Duration> age(Map<String, AttributeValue> fields) {
        OptionalLong seconds = Attributes.number(fields, HSTS);
        return seconds.isPresent()
                ? Optional.of(Duration.ofSeconds(seconds.getAsLong())).filter(Policy::isHsts)
                : Optional.empty();
    }
}
