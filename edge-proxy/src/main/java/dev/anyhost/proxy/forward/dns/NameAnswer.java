package dev.anyhost.proxy.forward.dns;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/** What came of looking one name up. */
public sealed interface NameAnswer {

    /**
     * The name has addresses.
     *
     * @param addresses at least one, in order of preference
     * @param timeToLive the shortest of all records on the way, aliases included; not negative
     */
    record Found(List<InetAddress> addresses, Duration timeToLive) implements NameAnswer {}

    /** A name server said that there is no such name, or no address for it. */
    record Absent() implements NameAnswer {}

    /** Nobody could tell: no answer in time, SERVFAIL, REFUSED. */
    record Failed() implements NameAnswer {}
}
