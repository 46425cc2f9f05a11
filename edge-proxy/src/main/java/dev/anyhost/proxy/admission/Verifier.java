package dev.anyhost.proxy.admission;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Verdict;

/** Whoever decides which hostnames may use this proxy. */
@FunctionalInterface
public interface Verifier {

    /** Asks once. Blocking, bounded in time, and total: whatever goes wrong is {@link Verdict.Silent}. */
    Verdict ask(Hostname hostname);
}
