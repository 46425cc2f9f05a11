package dev.anyhost.proxy.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CaddyKeyTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "caddy/", "/", "a/b/certificates/"})
    void chainsKey_leadsToItsNeighbours_whateverThePrefix(String prefix) {
        CaddyKey key = CaddyKey.parse(prefix + "certificates/ca.test-directory/shop.example/shop.example.crt")
                .orElseThrow();

        assertThat(key.issuer()).isEqualTo("ca.test-directory");
        assertThat(key.name()).isEqualTo("shop.example");
        assertThat(key.chain()).isEqualTo(prefix + "certificates/ca.test-directory/shop.example/shop.example.crt");
        assertThat(key.privateKey()).isEqualTo(prefix + "certificates/ca.test-directory/shop.example/shop.example.key");
        assertThat(key.metadata()).isEqualTo(prefix + "certificates/ca.test-directory/shop.example/shop.example.json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "shop.example.crt",
                "certificates/shop.example.crt",
                "ca/shop.example/shop.example.crt",
                "certificates/ca/shop.example/other.example.crt",
                "certificates/ca/../../etc/passwd.crt",
                "certificates/ca/shop.example/shop.example.crt/",
                "acme/ca/users/ops@example.com/ops.crt",
                "LOCK-certificates/ca/shop.example.crt"
            })
    void otherKeys_areNoChains(String key) {
        assertThat(CaddyKey.parse(key)).isEmpty();
    }

    @Test
    void dots_areANameLikeAnyOther_andNoHostname() {
        CaddyKey key = CaddyKey.parse("certificates/ca/../...crt").orElseThrow();

        assertThat(ImportCheck.hostname(key.name())).isEqualTo(Optional.empty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "other.test-dir|{\"issuer_data\":{\"ca\":\"https://other.test/dir\"}}|https://other.test/dir",
                "acme-v02.api.letsencrypt.org-directory|{}|https://acme-v02.api.letsencrypt.org/directory",
                "acme.zerossl.com-v2-dv90|no JSON|https://acme.zerossl.com/v2/DV90",
                "127.0.0.1-14000-dir|{}|https://127.0.0.1:14000/DIR/",
                "local|{\"issuer_data\":null}|caddy:local",
                "other.test-dir|{\"issuer_data\":{\"ca\":7}}|caddy:other.test-dir",
                "other.test-dir|{\"issuer_data\":{\"ca\":\"file:///etc/passwd\"}}|caddy:other.test-dir",
                "other.test-dir|{\"issuer_data\":{\"ca\":\"https://\"}}|caddy:other.test-dir",
                "..|{}|caddy:..",
                "a b|[]|caddy:unknown"
            })
    void issuer_isWhatTheFileSays_elseWhatTheFolderMeans(String issuerKey, String metadata, String directory) {
        assertThat(new CaddyIssuer(List.of(URI.create("https://127.0.0.1:14000/DIR/")))
                        .directory(issuerKey, metadata.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(directory);
    }
}
