package dev.anyhost.proxy.migration;

import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Which authority a certificate of Caddy's is from. */
final class CaddyIssuer {

    /** Caddy's metadata tell it by themselves since 2.7; its folders, made of the URL, tell it of those that are known. */
    private static final List<String> KNOWN = List.of(
            "https://acme-v02.api.letsencrypt.org/directory",
            "https://acme-staging-v02.api.letsencrypt.org/directory",
            "https://acme.zerossl.com/v2/DV90",
            "https://dv.acme-v02.api.pki.goog/directory",
            "https://api.buypass.com/acme/directory");

    /** What certmagic makes of any issuer's name. */
    private static final Pattern KEY = Pattern.compile("[\\w@.-]{1,250}");

    private static final int LONGEST = 512;

    private final Map<String, String> directories = new HashMap<>();

    /** @param more directories' URLs that folders may be named after */
    CaddyIssuer(List<URI> more) {
        KNOWN.forEach(known -> directories.put(key(URI.create(known)), known));
        more.forEach(url -> directories.put(key(url), url.toString()));
    }

    /** As certmagic does: host and path in lower case, with hyphens for what parts them. */
    private static String key(URI directory) {
        String path = String.valueOf(directory.getPath()).replace('/', '-').replaceAll("^-+|-+$", "");
        String host = String.valueOf(directory.getAuthority()).replace(':', '-');
        return (path.isEmpty() ? host : host + "-" + path).toLowerCase(Locale.ROOT);
    }

    /**
     * The directory's URL. Where nothing tells it, {@code caddy:} and the key: no authority's, so that no order will ever
     * say that it replaces such a certificate (RFC 9773 section 5).
     *
     * @param metadata the certificate's JSON file; anything
     */
    String directory(String issuerKey, byte[] metadata) {
        return told(metadata)
                .or(() -> Optional.ofNullable(directories.get(issuerKey)))
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
