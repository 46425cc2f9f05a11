package dev.anyhost.verifier.api;

import dev.anyhost.verifier.onboarding.Domain;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/**
 * The version of a domain as an entity tag (RFC 9110 section 8.8.3). It is a hash, since the version itself counts on
 * across removals and would tell a tenant how often the name was changed while it was another's.
 */
final class EntityTag {

    private static final int BYTES = 12;

    private EntityTag() {}

    static String of(Domain domain) {
        String version = domain.hostname() + "#" + domain.createdAt().toEpochMilli() + "#" + domain.version() + "#"
                + domain.registration().proof().token();
        return '"'
                + Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(sha256(version), BYTES))
                + '"';
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    /**
     * Whether an {@code If-Match} (RFC 9110 section 13.1.1) holds; weak tags never match. Our tags have no comma, so that
     * the list can be split at them.
     */
    static boolean matches(String ifMatch, Domain domain) {
        return ifMatch.strip().equals("*")
                || Arrays.stream(ifMatch.split(",", -1)).map(String::strip).anyMatch(of(domain)::equals);
    }
}
