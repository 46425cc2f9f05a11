package dev.anyhost.verifier.whitelist;

import dev.anyhost.domain.Hostname;
import java.util.List;

/** What is due in one part of the whitelist. */
public sealed interface DueResult {

    /** Hostnames, the longest due first, at most as many as asked for. */
    record Due(List<Hostname> hostnames) implements DueResult {

        /** Keeps a copy. */
        public Due {
            hostnames = List.copyOf(hostnames);
        }
    }

    /** The table couldn't be asked. */
    record Unreachable(String reason) implements DueResult {}
}
