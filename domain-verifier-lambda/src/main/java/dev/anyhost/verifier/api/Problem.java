package dev.anyhost.verifier.api;

import java.util.List;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;

/**
 * Why a request wasn't done (RFC 9457).
 *
 * @param detail one sentence for who made the request
 * @param mistakes everything that is wrong with the request's members or parameters
 */
record Problem(Kind kind, String detail, List<Mistake> mistakes) {

    private static final String TYPES = "tag:anyhost.dev,2026:problem/";

    /** Keeps a copy. */
    Problem {
        mistakes = List.copyOf(mistakes);
    }

    Problem(Kind kind, String detail) {
        this(kind, detail, List.of());
    }

    /**
     * The problems there are. Their names in lower case are in {@code type} and {@code code}, which scripts rely on.
     *
     * <p>{@code QUOTA_EXCEEDED} is a 403: asked well, understood and refused, and repeating it doesn't help, while 429
     * means that waiting does. {@code BUSY} is a 503 for the opposite reason: the caller has nothing to change.
     */
    enum Kind {
        MALFORMED(400, "The request can't be read"),
        UNAUTHENTICATED(401, "There is no valid key with the request"),
        FORBIDDEN(403, "The key doesn't allow this"),
        QUOTA_EXCEEDED(403, "The tenant has as many domains as it may have"),
        NOT_FOUND(404, "There is no such thing"),
        METHOD_NOT_ALLOWED(405, "The method isn't one of this resource"),
        CONFLICT(409, "The hostname is registered otherwise"),
        WRONG_STATUS(409, "The domain's status doesn't allow this"),
        CHANGED(412, "The domain has changed"),
        TOO_LARGE(413, "The body is too large"),
        UNSUPPORTED_MEDIA_TYPE(415, "The body's media type isn't supported"),
        INVALID(422, "The request has mistakes"),
        UNREADABLE(500, "The domain's row can't be read"),
        BUSY(503, "The domain is being changed by others"),
        UNAVAILABLE(503, "The whitelist can't be reached");

        private final int status;
        private final String title;

        Kind(int status, String title) {
            this.status = status;
            this.title = title;
        }

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One mistake.
     *
     * @param member what {@code place} is called in the answer: {@code pointer} (RFC 6901, into the body) or {@code
     *     parameter} (of the query)
     * @param detail {@code value (expected: …)}
     */
    record Mistake(String member, String place, String detail) {}

    ApiAnswer answer() {
        var body = JsonMapper.shared().createObjectNode();
        body.put("type", TYPES + kind.code());
        body.put("title", kind.title);
        body.put("status", kind.status);
        body.put("detail", detail);
        body.put("code", kind.code());
        if (!mistakes.isEmpty()) {
            var errors = body.putArray("errors");
            mistakes.forEach(mistake ->
                    errors.addObject().put(mistake.member(), mistake.place()).put("detail", mistake.detail()));
        }
        ApiAnswer answer = ApiAnswer.json(kind.status, body).with("Content-Type", "application/problem+json");
        return kind.status == 503 ? answer.with("Retry-After", "1") : answer;
    }

    static ApiAnswer invalid(List<Mistake> mistakes) {
        String detail = mistakes.size() == 1 ? "One mistake." : mistakes.size() + " mistakes.";
        return new Problem(Kind.INVALID, detail, mistakes).answer();
    }

    static ApiAnswer unavailable() {
        return new Problem(Kind.UNAVAILABLE, "Nothing is known about what became of the request; repeat it.").answer();
    }
}
