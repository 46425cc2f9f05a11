package dev.anyhost.domain;

import dev.anyhost.domain.Verdict.Refused.Reason;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The ask's wire contract, both ways: what our verifier answers, and how the proxy reads what any verifier answers.
 *
 * <p>By status alone it is the contract of Caddy's {@code on_demand_tls ask}, so that either side can be swapped; body
 * and Cache-Control carry more for our own proxy.
 */
public final class AskCodec {

    /** How long our verifier's permission may be relied on, and any verifier's that doesn't say. */
    public static final Duration DEFAULT_MAX_AGE = Duration.ofMinutes(5);

    /** The longest a permission is ever relied on. */
    public static final Duration LONGEST_MAX_AGE = Duration.ofHours(24);

    /** What is left of {@code no-store} and {@code max-age=0}: one handshake must be able to use its own answer. */
    public static final Duration SHORTEST_MAX_AGE = Duration.ofSeconds(1);

    private AskCodec() {}

    /** 200: the hostname is allowed. The status is the domain's own word, such as {@code active}. */
    public static AskAnswer allowed(Hostname hostname, Route route, String status) {
        String body = AskBody.write(
                Optional.of(route.policy()),
                "hostname",
                hostname.value(),
                "tenant",
                route.tenant().orElse(null),
                "origin",
                route.origin().map(URI::toString).orElse(null),
                "status",
                status);
        return answer(200, "max-age=" + DEFAULT_MAX_AGE.toSeconds(), body);
    }

    /** 403: the hostname is known and not allowed. The status is the domain's own word, such as {@code pending}. */
    public static AskAnswer refused(Hostname hostname, String status) {
        return answer(403, "no-store", AskBody.write("hostname", hostname.value(), "status", status));
    }

    /** 404: nobody has registered the hostname. */
    public static AskAnswer unknown(Hostname hostname) {
        return answer(404, "no-store", AskBody.write("hostname", hostname.value(), "status", "unknown"));
    }

    /** 400: not one hostname was asked for. {@code what} says what is wrong. */
    public static AskAnswer notAHostname(String what) {
        return answer(400, "no-store", AskBody.write("hostname", null, "status", "not_a_hostname", "message", what));
    }

    /** 503: the verifier could not tell. {@code cause} may be read by anyone who may ask. */
    public static AskAnswer couldNotTell(String cause) {
        return answer(503, "no-store", AskBody.write("hostname", null, "status", "could_not_tell", "message", cause));
    }

    private static AskAnswer answer(int status, String cacheControl, String body) {
        return new AskAnswer(status, Map.of("Content-Type", "application/json", "Cache-Control", cacheControl), body);
    }

    /**
     * Reads any verifier's answer. Total: any status, headers and body give a verdict.
     *
     * <p>2xx allows; 400, 403, 404 and 410 refuse; everything else is silence, redirects too. A permission whose body
     * is about the hostname asked brings its tenant and origin; when one of those is unusable the whole answer is, since
     * the operator's default origin would be the wrong one. An unusable policy is {@link Policy#DEFAULT}.
     *
     * @param awsIam whether the ask went to a function URL that AWS guards: there a 400, 403 or 404 without our body is
     *     AWS's own (wrong role, wrong clock) and says nothing about the hostname
     */
    public static Verdict read(Hostname asked, AskAnswer answer, boolean awsIam) {
        return switch (answer.status()) {
            case 403 -> refused(asked, answer, awsIam, Reason.KNOWN);
            case 404 -> refused(asked, answer, awsIam, Reason.UNKNOWN);
            case 400 -> refused(asked, answer, awsIam, Reason.NOT_A_HOSTNAME);
            case 410 -> new Verdict.Refused(Reason.KNOWN);
            default ->
                answer.status() >= 200 && answer.status() <= 299
                        ? permission(asked, answer)
                        : new Verdict.Silent("status " + answer.status());
        };
    }

    private static Verdict refused(Hostname asked, AskAnswer answer, boolean awsIam, Reason reason) {
        boolean ours = !awsIam
                || AskBody.read(answer.body())
                        .filter(body -> reason == Reason.NOT_A_HOSTNAME || body.isAbout(asked))
                        .isPresent();
        return ours
                ? new Verdict.Refused(reason)
                : new Verdict.Silent("status " + answer.status() + " without the verifier's body");
    }

    private static Verdict permission(Hostname asked, AskAnswer answer) {
        Duration maxAge = maxAge(answer);
        Optional<AskBody> ours = AskBody.read(answer.body()).filter(body -> body.isAbout(asked));
        if (ours.isEmpty()) {
            return new Verdict.Allowed(Route.UNNAMED, maxAge);
        }
        Optional<String> tenant = ours.get().get("tenant");
        Optional<String> origin = ours.get().get("origin");
        if (tenant.isPresent() && !Route.isTenant(tenant.get())) {
            return new Verdict.Silent("permission with an unusable tenant");
        }
        Optional<URI> parsed = origin.flatMap(Route::parseOrigin);
        return origin.isPresent() && parsed.isEmpty()
                ? new Verdict.Silent("permission with an unusable origin")
                : new Verdict.Allowed(new Route(tenant, parsed, ours.get().policy()), maxAge);
    }

    /** RFC 9111 section 5.2.2: the first max-age counts, an unreadable one counts as stale. */
    private static Duration maxAge(AskAnswer answer) {
        Optional<Duration> stated = Optional.empty();
        for (String part : answer.header("Cache-Control").orElse("").split(",", -1)) {
            String directive = part.strip().toLowerCase(Locale.ROOT);
            if (directive.equals("no-store") || directive.equals("no-cache") || directive.startsWith("no-cache=")) {
                return SHORTEST_MAX_AGE;
            }
            if (stated.isEmpty() && directive.startsWith("max-age=")) {
                stated = Optional.of(deltaSeconds(directive.substring("max-age=".length())));
            }
        }
        return stated.orElse(DEFAULT_MAX_AGE);
    }

    private static Duration deltaSeconds(String text) {
        boolean quoted = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
        String digits = quoted ? text.substring(1, text.length() - 1) : text;
        if (digits.isEmpty() || digits.chars().anyMatch(c -> c < '0' || c > '9')) {
            return SHORTEST_MAX_AGE;
        }
        String significant = digits.replaceFirst("^0+(?=.)", "");
        if (significant.length() > 5) {
            return LONGEST_MAX_AGE; // From six digits on it is more than a day, however long the number is.
        }
        Duration stated = Duration.ofSeconds(Long.parseLong(significant));
        if (stated.compareTo(SHORTEST_MAX_AGE) < 0) {
            return SHORTEST_MAX_AGE;
        }
        return stated.compareTo(LONGEST_MAX_AGE) > 0 ? LONGEST_MAX_AGE : stated;
    }
}
