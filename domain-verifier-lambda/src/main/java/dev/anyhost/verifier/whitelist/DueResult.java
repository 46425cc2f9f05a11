package dev.anyhost.verifier.whitelist;

import dev.anyhost.domain.Hostname;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What is due in one part of the whitelist. */
public sealed interface DueResult {

    /**
     * Hostnames, the longest due first, at most as many as asked for.
     *
     * @param next where to continue; empty when there are no more
     */
    record Due(List<Hostname> hostnames, Optional<Position> next) implements DueResult {

        /** Keeps a copy. */
        public Due {
            hostnames = List.copyOf(hostnames);
        }
    }

    /**
     * A place in the order of what is due.
     *
     * @param hostname as stored
     * @param due in whole seconds
     */
    record Position(String hostname, Instant due) {}

    /** The table couldn't be asked. */
    record Unreachable(String reason) implements DueResult {}
}
