package dev.anyhost.proxy.forward;

import java.net.URI;

/**
 * Where requests are sent.
 *
 * @param tls whether to speak TLS, with {@code host} as SNI and as the name the certificate must have
 * @param host a name or IP literal in lower case, IPv6 in brackets
 * @param port 1 to 65,535
 * @param trusted whether the address is the operator's own word, so that it may be private; part of the identity, so
 *     that a tenant naming the operator's origin never gets a connection that was made on the operator's behalf
 */
public record Origin(boolean tls, String host, int port, boolean trusted) {

    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    /**
     * The origin that a URL names.
     *
     * @param url as {@code Route.parseOrigin} gives it: scheme, host and perhaps port
     * @param trusted whether the URL is the operator's own
     */
    public static Origin of(URI url, boolean trusted) {
        boolean tls = url.getScheme().equals("https");
        int port = url.getPort() == -1 ? (tls ? HTTPS : HTTP) : url.getPort();
        return new Origin(tls, url.getHost(), port, trusted);
    }

    /** The Host header: with the port unless it is the scheme's own. */
    String hostHeader() {
        return port == (tls ? HTTPS : HTTP) ? host : host + ":" + port;
    }

    /** The host as resolvers and TLS want it: IPv6 without brackets. */
    String peer() {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }
}
