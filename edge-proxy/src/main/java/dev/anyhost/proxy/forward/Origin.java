package dev.anyhost.proxy.forward;

import java.net.URI;

/**
 * A server that requests are forwarded to.
 *
 * @param tls whether it is reached over TLS, with its name verified
 * @param host in lower case; IPv6 literals without brackets
 * @param trusted whether the operator named it: only then may it be a private address
 */
public record Origin(boolean tls, String host, int port, boolean trusted) {

    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    /** @param url as {@link dev.anyhost.domain.Route#parseOrigin} accepts it */
    public static Origin of(URI url, boolean trusted) {
        boolean tls = url.getScheme().equals("https");
        int port = url.getPort() != -1 ? url.getPort() : tls ? HTTPS : HTTP;
        String host = url.getHost();
        return new Origin(tls, host.startsWith("[") ? host.substring(1, host.length() - 1) : host, port, trusted);
    }

    /** What a Host field says of it (RFC 9110 section 7.2). */
    String authority() {
        String name = host.contains(":") ? "[" + host + "]" : host;
        return port == (tls ? HTTPS : HTTP) ? name : name + ":" + port;
    }
}
