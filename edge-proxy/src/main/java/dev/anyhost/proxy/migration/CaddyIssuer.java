package dev.anyhost.proxy.migration;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Which authority a certificate of Caddy's is from. */
final class CaddyIssuer {

    /** The authorities whose key doesn't tell their directory, for files of old releases that don't either. */
    private static final Map<String, String> DIRECTORIES = Map.of(
            "acme-v02.api.letsencrypt.org-directory", "https://acme-v02.api.letsencrypt.org/directory",
            "acme-staging-v02.api.letsencrypt.org-directory", "https://acme-staging-v02.api.letsencrypt.org/directory",
            "acme.zerossl.com-v2-dv90", "https://acme.zerossl.com/v2/DV90",
            "dv.acme-v02.api.pki.goog-directory", "https://dv.acme-v02.api.pki.goog/directory",
            "api.buypass.com-acme-directory", "https://api.buypass.com/acme/directory");

    /** What certmagic makes of any issuer's name. */
    private static final Pattern KEY = Pattern.compile("[\\w@.-]{1,250}");

    private static final int LONGEST = 512;

    private CaddyIssuer() {}

    /**
     * The directory's URL. Where nothing tells it, {@code caddy:} and the key: no authority's, so that no order will ever
     * say that it replaces such a certificate (RFC 9773 section 5).
     *
     * @param metadata the certificate's JSON file; anything
     */
    static String directory(String issuerKey, byte[] metadata) {
        return told(metadata)
                .or(() -> Optional.ofNullable(DIRECTORIES.get(issuerKey)))
                .orElse("caddy:" + (KEY.matcher(issuerKey).matches() ? issuerKey : "unknown"));
    }

    private static Optional<String> told(byte[] metadata) {
        try {
            return JsonMapper.shared()
                    .readTree(metadata)
                    .path("issuer_data")
                    .path("ca")
                    .stringValueOpt()
                    .filter(CaddyIssuer::isDirectory);
        } catch (JacksonException notJson) {
            return Optional.empty();
        }
    }

    private static boolean isDirectory(String text) {
        try {
            URI uri = URI.create(text);
            return text.length() <= LONGEST && "https".equals(uri.getScheme()) && uri.getHost() != null;
        } catch (IllegalArgumentException notAUri) {
            return false;
        }
    }
}
