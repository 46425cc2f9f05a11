package dev.anyhost.proxy.forward;

import java.time.Duration;

/**
 * How long the proxy waits for others; all are positive.
 *
 * @param headers from accepting the connection, or a later request's first byte, to its complete head
 * @param idle between requests, and for a tunnel without a byte; shorter than a load balancer's 340 s
 * @param connect for resolving, connecting and TLS with an origin, together
 * @param responseHeaders from the complete request to the response's head
 * @param bodyIdle without progress of a body, in either direction
 * @param linger for the client to take the last response after we closed our side
 */
public record TimeLimits(
        Duration headers,
        Duration idle,
        Duration connect,
        Duration responseHeaders,
        Duration bodyIdle,
        Duration linger) {

    public static final TimeLimits DEFAULT = new TimeLimits(
            Duration.ofSeconds(10),
            Duration.ofSeconds(300),
            Duration.ofSeconds(3),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofSeconds(2));
}
