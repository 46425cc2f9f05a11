package dev.anyhost.proxy.forward;

import java.time.Duration;

/**
 * How requests are forwarded.
 *
 * @param preserveHost whether the origin sees the customer's hostname in Host rather than its own
 * @param publicHttpsPort the port that clients see
 * @param allowPrivate whether a tenant's own origin may be a private address
 * @param times limits
 */
public record ForwardSettings(boolean preserveHost, int publicHttpsPort, boolean allowPrivate, Times times) {

    /**
     * @param head from the first byte of a request to the end of its head
     * @param idle without a request; below the load balancers' 340 s
     * @param connect to an origin, TLS included
     * @param response from the last byte sent to the origin to its response's head
     * @param body between two pieces of a body, either way
     */
    public record Times(Duration head, Duration idle, Duration connect, Duration response, Duration body) {

        public static final Times DEFAULT = new Times(
                Duration.ofSeconds(10),
                Duration.ofSeconds(300),
                Duration.ofSeconds(3),
                Duration.ofSeconds(60),
                Duration.ofSeconds(60));
    }
}
