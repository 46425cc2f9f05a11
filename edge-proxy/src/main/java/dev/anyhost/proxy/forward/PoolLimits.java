package dev.anyhost.proxy.forward;

import java.time.Duration;

/**
 * How many connections one event loop has to one origin.
 *
 * @param open in use, idle and being made; a request that needs one more is refused with 503
 * @param idle kept for reuse
 * @param idleTime how long one is kept
 */
public record PoolLimits(int open, int idle, Duration idleTime) {

    public static final PoolLimits DEFAULT = new PoolLimits(4_096, 256, Duration.ofMinutes(2));
}
