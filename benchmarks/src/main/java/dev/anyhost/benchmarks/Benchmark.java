package dev.anyhost.benchmarks;

import java.io.IOException;

/** One question about ours beside Caddy, or about ours alone, answered by one table in a few minutes. */
interface Benchmark {

    /** What a person types. */
    String name();

    /** One line for the list. */
    String description();

    /** Starts what it needs, measures, stops it, and returns the result in Markdown. */
    String run(Programs programs, Effort effort) throws IOException, InterruptedException;
}
