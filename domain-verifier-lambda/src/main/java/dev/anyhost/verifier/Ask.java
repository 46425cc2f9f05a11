package dev.anyhost.verifier;

import dev.anyhost.domain.AskAnswer;
import dev.anyhost.domain.AskCodec;
import dev.anyhost.domain.Hostname;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.whitelist.FindResult;
import dev.anyhost.verifier.whitelist.Whitelist;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The question a proxy asks before it serves a hostname: may it? */
final class Ask {

    private static final Logger LOG = LoggerFactory.getLogger(Ask.class);
    private static final String PARAMETER = "domain";

    private final Whitelist whitelist;

    Ask(Whitelist whitelist) {
        this.whitelist = whitelist;
    }

    /**
     * Answers one request. Total: any method and query give an answer.
     *
     * @param method the HTTP method; any but GET is a 405, which a proxy reads as silence, never as a refusal
     * @param rawQuery the query as it came, percent-encoded and without the question mark
     */
    AskAnswer answer(String method, String rawQuery) {
        if (!method.equals("GET")) {
            return new AskAnswer(405, Map.of("Allow", "GET", "Cache-Control", "no-store"), "");
        }
        Optional<List<String>> domains = domains(rawQuery);
        if (domains.isEmpty()) {
            return AskCodec.notAHostname("the query isn't percent-encoded text");
        }
        if (domains.get().size() != 1) {
            return AskCodec.notAHostname("expected exactly one parameter " + PARAMETER);
        }
        return Hostname.parse(domains.get().getFirst())
                .map(this::answer)
                .orElseGet(() -> AskCodec.notAHostname("expected " + Hostname.EXPECTED));
    }

    private AskAnswer answer(Hostname hostname) {
        return switch (whitelist.find(hostname)) {
            case FindResult.Found(Domain domain) ->
                domain.status().isAllowed()
                        ? AskCodec.allowed(
                                hostname, domain.route(), domain.status().text())
                        : AskCodec.refused(hostname, domain.status().text());
            case FindResult.Absent(), FindResult.Left _ -> AskCodec.unknown(hostname);
            case FindResult.Unreadable(String reason) -> couldNotTell(hostname, "unreadable entry", reason);
            case FindResult.Unreachable(String reason) -> couldNotTell(hostname, "whitelist unreachable", reason);
        };
    }

    private static AskAnswer couldNotTell(Hostname hostname, String cause, String reason) {
        LOG.warn("Could not tell about {}: {}", hostname, reason);
        return AskCodec.couldNotTell(cause);
    }

    /** The values of all parameters named {@code domain}; empty when the query can't be decoded. */
    private static Optional<List<String>> domains(String rawQuery) {
        var domains = new ArrayList<String>();
        try {
            for (String parameter : rawQuery.split("&", -1)) {
                int equals = parameter.indexOf('=');
                String name = equals < 0 ? parameter : parameter.substring(0, equals);
                if (decode(name).equals(PARAMETER)) {
                    domains.add(equals < 0 ? "" : decode(parameter.substring(equals + 1)));
                }
            }
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
        return Optional.of(domains);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
