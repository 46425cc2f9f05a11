package dev.anyhost.benchmarks;

/** How long a run takes: in full, for figures; or just long enough to see that it works. */
enum Effort {
    FULL(1),
    QUICK(5);

    private static final int FEWEST = 2;

    private final int divisor;

    Effort(int divisor) {
        this.divisor = divisor;
    }

    /** {@code full}, or a fraction of it. */
    int of(int full) {
        return Math.max(Math.min(full, FEWEST), full / divisor);
    }
}
