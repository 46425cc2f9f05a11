package dev.anyhost.verifier.whitelist;

import dev.anyhost.domain.Policy;
import dev.anyhost.domain.Route;
import dev.anyhost.verifier.onboarding.Registration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The attributes of a registration. */
final class RegistrationItem {

    static final String TENANT = "tenant";

    private static final String ORIGIN = "origin";
    private static final String PRESERVE_HOST = "preserve_host";
    private static final String HTTPS_REDIRECT = "https_redirect";
    private static final String HSTS = "hsts";
    private static final String TOKEN = "token";
    private static final String PROOF_REQUIRED = "proof_required";
    private static final String PROOF_GIVEN = "proof_given";
    static final String CREATED_AT = "created_at";

    private RegistrationItem() {}

    static void write(Registration registration, Map<String, AttributeValue> item) {
        item.put(TENANT, Row.text(registration.tenant()));
        registration.origin().ifPresent(origin -> item.put(ORIGIN, Row.text(origin.toString())));
        item.put(CREATED_AT, Row.number(registration.createdAt().toEpochMilli()));
        Policy policy = registration.policy();
        policy.preserveHost().ifPresent(preserve -> item.put(PRESERVE_HOST, AttributeValue.fromBool(preserve)));
        item.put(HTTPS_REDIRECT, AttributeValue.fromBool(policy.httpsRedirect()));
        policy.hsts().ifPresent(age -> item.put(HSTS, Row.number(age.toSeconds())));
        Registration.Proof proof = registration.proof();
        item.put(TOKEN, Row.text(proof.token()));
        item.put(PROOF_REQUIRED, AttributeValue.fromBool(proof.required()));
        item.put(PROOF_GIVEN, AttributeValue.fromBool(proof.given()));
    }

    static Registration read(Row row) {
        return new Registration(
                row.text(TENANT, "", tenant -> Optional.of(tenant).filter(Route::isTenant)),
                row.optional(ORIGIN, Route::parseOrigin),
                policy(row),
                new Registration.Proof(
                        row.text(TOKEN, "", Optional::of),
                        row.optionalFlag(PROOF_REQUIRED).orElse(false),
                        row.optionalFlag(PROOF_GIVEN).orElse(false)),
                Instant.ofEpochMilli(row.number(CREATED_AT)));
    }

    private static Policy policy(Row row) {
        return new Policy(
                row.optionalFlag(PRESERVE_HOST),
                row.optionalFlag(HTTPS_REDIRECT).orElse(Policy.DEFAULT.httpsRedirect()),
                row.optionalHsts(HSTS));
    }
}
