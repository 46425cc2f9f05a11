package dev.anyhost.verifier.whitelist;

import dev.anyhost.domain.Hostname;
import dev.anyhost.verifier.onboarding.Domain;
import java.util.List;
import java.util.Optional;

/** One page of the whitelist. */
public sealed interface ListResult {

    /**
     * Some domains, at most as many as asked for.
     *
     * @param unreadable the hostnames, as stored, of rows that this version can't read
     * @param next what to continue after; empty on the last page
     */
    record Page(List<Domain> domains, List<String> unreadable, Optional<Hostname> next) implements ListResult {

        /** Keeps copies. */
        public Page {
            domains = List.copyOf(domains);
            unreadable = List.copyOf(unreadable);
        }
    }

    /** The table couldn't be asked. */
    record Unreachable(String reason) implements ListResult {}
}
