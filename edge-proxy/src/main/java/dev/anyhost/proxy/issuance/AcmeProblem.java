package dev.anyhost.proxy.issuance;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.shredzone.acme4j.Problem;
import org.shredzone.acme4j.exception.AcmeProtocolException;
import org.shredzone.acme4j.toolbox.JSON;
import org.shredzone.acme4j.toolbox.JSON.Value;
import tools.jackson.databind.json.JsonMapper;

/**
 * An authority's problem document, kept whole (RFC 7807; RFC 8555 section 6.7). Its texts come from outside: they may
 * say anything.
 *
 * @param type a URI, such as {@code urn:ietf:params:acme:error:caa}; {@code about:blank} when none was given
 * @param title a short summary
 * @param detail what happened this time
 * @param instance a URI of this occurrence
 * @param status the HTTP status
 * @param identifier the hostname it is about, in a subproblem (RFC 8555 section 6.7.1)
 * @param subproblems what it consists of
 */
public record AcmeProblem(
        String type,
        Optional<String> title,
        Optional<String> detail,
        Optional<String> instance,
        Optional<Integer> status,
        Optional<String> identifier,
        List<AcmeProblem> subproblems) {

    private static final String ACME = "urn:ietf:params:acme:error:";
    private static final String NONE = "about:blank";
    private static final int DEEPEST = 3;
    private static final JsonMapper JSON_WRITER = new JsonMapper();
    private static final List<String> LIMITS_OF_ONE_NAME = List.of(
            "rate-limits/#new-certificates-per-registered-domain",
            "rate-limits/#new-certificates-per-exact-set",
            "rate-limits/#authorization-failures-per",
            "rate-limits/#consecutive-authorization-failures");

    /** A problem without a document: only what HTTP, or we, can say. */
    static AcmeProblem plain(Optional<Integer> status, String detail) {
        return new AcmeProblem(
                NONE, Optional.empty(), Optional.of(detail), Optional.empty(), status, Optional.empty(), List.of());
    }

    static AcmeProblem of(Problem problem) {
        return of(problem.asJSON());
    }

    static AcmeProblem of(JSON document) {
        return of(document, 1);
    }

    /** Total: a member of another JSON type than RFC 7807 gives it is left out. */
    private static AcmeProblem of(JSON document, int depth) {
        return new AcmeProblem(
                text(document, "type").orElse(NONE),
                text(document, "title"),
                text(document, "detail"),
                text(document, "instance"),
                text(document, "status").filter(s -> s.matches("[0-9]{3}")).map(Integer::valueOf),
                identifier(document),
                subproblems(document, depth));
    }

    private static Optional<String> text(JSON document, String member) {
        return document.get(member).map(Value::asString);
    }

    private static Optional<String> identifier(JSON document) {
        try {
            return document.get("identifier").map(Value::asObject).flatMap(identifier -> text(identifier, "value"));
        } catch (AcmeProtocolException noObject) {
            return Optional.empty();
        }
    }

    private static List<AcmeProblem> subproblems(JSON document, int depth) {
        if (depth == DEEPEST) {
            return List.of();
        }
        try {
            return document.get("subproblems").asArray().stream()
                    .map(each -> of(each.asObject(), depth + 1))
                    .toList();
        } catch (AcmeProtocolException noArray) {
            return List.of();
        }
    }

    /**
     * Whether a rate limit is one that Let's Encrypt counts for a single hostname or registered domain, rather than for
     * the account: its text links the limit's paragraph.
     *
     * @see <a href="https://letsencrypt.org/docs/rate-limits/">Rate limits</a>
     */
    public boolean isLimitOfOneName() {
        return detail.filter(text -> LIMITS_OF_ONE_NAME.stream().anyMatch(text::contains))
                .isPresent();
    }

    /** The document again, with the members that it has. */
    public String toJson() {
        return JSON_WRITER.writeValueAsString(members());
    }

    private Map<String, Object> members() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("type", type);
        title.ifPresent(text -> members.put("title", text));
        detail.ifPresent(text -> members.put("detail", text));
        instance.ifPresent(text -> members.put("instance", text));
        status.ifPresent(number -> members.put("status", number));
        identifier.ifPresent(name -> members.put("identifier", Map.of("type", "dns", "value", name)));
        if (!subproblems.isEmpty()) {
            members.put(
                    "subproblems",
                    subproblems.stream().map(AcmeProblem::members).toList());
        }
        return members;
    }

    /**
     * Whether this is one of ACME's own error types.
     *
     * @param error the last part of its URN, such as {@code caa}
     */
    public boolean is(String error) {
        return type.equals(ACME + error);
    }
}
