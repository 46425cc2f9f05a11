package dev.anyhost.proxy.migration;

import java.util.Optional;

/**
 * Where Caddy keeps a certificate: {@code [prefix/]certificates/ISSUER/NAME/NAME.crt}, with {@code NAME.key} and {@code
 * NAME.json} beside it.
 *
 * @param folder up to and with the last slash
 * @param issuer made of the directory's URL: its host and path, with hyphens for slashes
 * @param name the hostname in lower case; {@code wildcard_.} stands for {@code *.}
 */
record CaddyKey(String folder, String issuer, String name) {

    static final String ROOT = "certificates";
    static final String CHAIN = ".crt";

    /** Reads a chain's key. Total: any text gives an answer, and the parts together are the text again. */
    static Optional<CaddyKey> parse(String key) {
        String[] parts = key.split("/", -1);
        int last = parts.length - 1;
        if (last < 3 || !parts[last - 3].equals(ROOT) || !parts[last].equals(parts[last - 1] + CHAIN)) {
            return Optional.empty();
        }
        return Optional.of(
                new CaddyKey(key.substring(0, key.length() - parts[last].length()), parts[last - 2], parts[last - 1]));
    }

    String chain() {
        return folder + name + CHAIN;
    }

    String privateKey() {
        return folder + name + ".key";
    }

    String metadata() {
        return folder + name + ".json";
    }
}
