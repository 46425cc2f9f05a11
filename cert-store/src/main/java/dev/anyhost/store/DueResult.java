package dev.anyhost.store;

import dev.anyhost.domain.Hostname;
import java.util.List;

/** Which certificates are to be looked after. */
public sealed interface DueResult {

    /** Those that are due for longest; the list is full when there may be more. */
    record Due(List<Hostname> hostnames) implements DueResult {

        public Due {
            hostnames = List.copyOf(hostnames);
        }
    }

    /** The table couldn't be asked. */
    record Unreachable(String reason) implements DueResult {}
}
