package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.Http1Limits;
import java.net.InetAddress;
import java.util.function.Predicate;

/**
 * How requests are forwarded.
 *
 * @param scheme what clients speak, {@code https} or {@code http}: X-Forwarded-Proto
 * @param publicPort the port clients see: X-Forwarded-Port
 * @param preserveHost whether the origin sees the customer's hostname in Host instead of its own, unless the hostname's
 *     own policy says
 * @param forwarded whether to send Forwarded (RFC 7239) too
 * @param trustedProxies whose X-Forwarded-* is believed: asked about {@link ClientAddress}
 * @param requests limits of what clients send
 * @param responses limits of what origins send
 */
public record ForwardSettings(
        String scheme,
        int publicPort,
        boolean preserveHost,
        boolean forwarded,
        Predicate<InetAddress> trustedProxies,
        Http1Limits requests,
        Http1Limits responses,
        TimeLimits times) {

    private static final Http1Limits RESPONSES = new Http1Limits(32_768, 8_192, 200, 256, 65_536, 8_192);

    /** HTTPS on a port, origins see their own Host, nobody is trusted, usual limits. */
    public static ForwardSettings https(int publicPort) {
        return new ForwardSettings(
                "https", publicPort, false, false, nobody -> false, Http1Limits.DEFAULT, RESPONSES, TimeLimits.DEFAULT);
    }

    public ForwardSettings withPreserveHost(boolean preserve) {
        return new ForwardSettings(scheme, publicPort, preserve, forwarded, trustedProxies, requests, responses, times);
    }

    public ForwardSettings withForwarded(boolean rfc7239) {
        return new ForwardSettings(
                scheme, publicPort, preserveHost, rfc7239, trustedProxies, requests, responses, times);
    }

    public ForwardSettings withTrustedProxies(Predicate<InetAddress> trusted) {
        return new ForwardSettings(scheme, publicPort, preserveHost, forwarded, trusted, requests, responses, times);
    }

    public ForwardSettings withTimes(TimeLimits limits) {
        return new ForwardSettings(
                scheme, publicPort, preserveHost, forwarded, trustedProxies, requests, responses, limits);
    }
}
