package dev.anyhost.verifier.api;

import dev.anyhost.domain.Hostname;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.whitelist.FindResult;
import dev.anyhost.verifier.whitelist.Whitelist;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a caller sees at a hostname: to a tenant, what is another's looks in every way like what is nobody's. */
sealed interface Visible {

    record Seen(Domain domain) implements Visible {}

    record Not(ApiAnswer answer) implements Visible {}

    /** Logs what callers aren't told. */
    Logger LOG = LoggerFactory.getLogger(Visible.class);

    static Visible of(Whitelist whitelist, Caller caller, Hostname hostname) {
        return switch (whitelist.findConsistent(hostname)) {
            case FindResult.Found(Domain domain) ->
                caller.mayHave(domain.tenant()) ? new Seen(domain) : new Not(nothing(hostname));
            case FindResult.Absent(), FindResult.Left _ -> new Not(nothing(hostname));
            case FindResult.Unreadable(String reason) -> new Not(unreadable(caller, hostname, reason));
            case FindResult.Unreachable(String reason) -> {
                LOG.warn("{}: {}", hostname, reason);
                yield new Not(Problem.unavailable());
            }
        };
    }

    static ApiAnswer nothing(Hostname hostname) {
        return new Problem(Problem.Kind.NOT_FOUND, hostname + " isn't registered.").answer();
    }

    /** Nobody can say whose the row is, so a tenant isn't told that there is one. */
    private static ApiAnswer unreadable(Caller caller, Hostname hostname, String reason) {
        LOG.error("{}", reason);
        return switch (caller) {
            case Caller.Admin() -> new Problem(Problem.Kind.UNREADABLE, reason).answer();
            case Caller.Tenant _ -> nothing(hostname);
        };
    }
}
