package dev.anyhost.proxy.forward;

import java.time.Duration;

/**
 * How long the proxy waits for others; all are positive.
 *
 * @param headers from accepting the connection, or a later request's first byte, to its complete head
 * @param idle between requests, and for a tunnel without a byte; shorter than a load balancer's 340 s
 * @param connect for resolving, connecting and TLS with an origin, together
 * @param responseHeaders from the complete request to the response's head
 * @param bodyIdle for the client, without progress of a body; a response that isn't taken makes progress when half of
 *     what waits for the client is gone
 * @param originIdle for the origin, without progress of a body
 * @param bodyGrace how long a request's body may take however slowly it comes; not counted is the time in which we
 *     don't read because the origin doesn't, and all time once the response has begun
 * @param bodyRate bytes a second, on average, that let a request's body take longer than that
 * @param drain for an idle connection's next request once the end was announced: one that is on its way is still served
 * @param linger for the client to take the last response after we closed our side
 */
public record TimeLimits(
        Duration headers,
        Duration idle,
        Duration connect,
        Duration responseHeaders,
        Duration bodyIdle,
        Duration originIdle,
        Duration bodyGrace,
        int bodyRate,
        Duration drain,
        Duration linger) {

    public static final TimeLimits DEFAULT = new TimeLimits(
            Duration.ofSeconds(10),
            Duration.ofSeconds(300),
            Duration.ofSeconds(3),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofSeconds(30),
            100,
            Duration.ofSeconds(5),
            Duration.ofSeconds(2));

    /** With other limits of what origins may take. */
    public TimeLimits withOrigins(Duration connecting, Duration responding, Duration bodies) {
        return new TimeLimits(
                headers, idle, connecting, responding, bodyIdle, bodies, bodyGrace, bodyRate, drain, linger);
    }
}
