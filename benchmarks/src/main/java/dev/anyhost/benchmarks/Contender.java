package dev.anyhost.benchmarks;

import java.net.InetSocketAddress;

/** A proxy under test: a process of its own, started as its users start it. */
interface Contender extends AutoCloseable {

    /** As it stands in tables. */
    String name();

    /** Where visitors connect to. */
    InetSocketAddress https();

    ProcessUsage usage();

    /** Ends it with SIGTERM; what it stored stays. */
    @Override
    void close();
}
