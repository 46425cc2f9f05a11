package dev.anyhost.domain;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/**
 * Where the requests of one hostname go, and how they are treated.
 *
 * @param tenant the customer the hostname belongs to, as {@link #isTenant} allows; empty when the verifier names none
 * @param origin the domain's own origin in the form of {@link #parseOrigin}; empty for the operator's default origin
 */
public record Route(Optional<String> tenant, Optional<URI> origin, Policy policy) {

    /** The route of a hostname that is allowed by a verifier that says nothing more. */
    public static final Route UNNAMED = new Route(Optional.empty(), Optional.empty());

    /** What {@link #isTenant} accepts, as the tail of an error message. */
    public static final String TENANT_EXPECTED = "1 to 128 characters, not blank, without control characters";

    /** What {@link #parseOrigin} accepts, as the tail of an error message. */
    public static final String ORIGIN_EXPECTED =
            "an absolute http or https URL without user info, path, query or fragment, such as https://app.example.com";

    private static final int MAX_TENANT = 128;
    private static final int MAX_ORIGIN = 512;
    private static final int MAX_PORT = 65_535;

    /** With {@link Policy#DEFAULT}. */
    public Route(Optional<String> tenant, Optional<URI> origin) {
        this(tenant, origin, Policy.DEFAULT);
    }

    /** The same way, treated as {@code other} says. */
    public Route with(Policy other) {
        return new Route(tenant, origin, other);
    }

    /** Whether both are the same tenant's and lead to the same origin, however requests are treated on the way. */
    public boolean leadsWhere(Route other) {
        return tenant.equals(other.tenant) && origin.equals(other.origin);
    }

    /** Whether the text may name a tenant: it ends up in items, logs and headers. Total. */
    public static boolean isTenant(String text) {
        return text.length() <= MAX_TENANT
                && !text.isBlank()
                && text.codePoints().noneMatch(c -> Character.isISOControl(c) || isSurrogate(c));
    }

    /** Only a surrogate without its other half comes out of {@link String#codePoints} as one. */
    private static boolean isSurrogate(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }

    /**
     * Reads an origin from untrusted text. Total: any input gives an answer.
     *
     * @return scheme, host and, where it isn't the scheme's own, port, in lower case and without a path, so that equal
     *     origins are equal texts; empty when the text is no origin
     */
    public static Optional<URI> parseOrigin(String text) {
        if (text.length() > MAX_ORIGIN) {
            return Optional.empty();
        }
        try {
            return origin(new URI(text));
        } catch (URISyntaxException notAUri) {
            return Optional.empty();
        }
    }

    private static Optional<URI> origin(URI uri) throws URISyntaxException {
        if (uri.getScheme() == null || uri.getHost() == null || uri.getRawPath() == null) {
            return Optional.empty();
        }
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        boolean http = scheme.equals("http") || scheme.equals("https");
        boolean bare = uri.getRawUserInfo() == null && uri.getRawQuery() == null && uri.getRawFragment() == null;
        boolean rootPath = uri.getRawPath().isEmpty() || uri.getRawPath().equals("/");
        boolean port = uri.getPort() == -1 || (uri.getPort() >= 1 && uri.getPort() <= MAX_PORT);
        if (!http || !bare || !rootPath || !port) {
            return Optional.empty();
        }
        int own = scheme.equals("http") ? 80 : 443;
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        String tail = uri.getPort() == -1 || uri.getPort() == own ? "" : ":" + uri.getPort();
        return Optional.of(new URI(scheme + "://" + host + tail));
    }
}
