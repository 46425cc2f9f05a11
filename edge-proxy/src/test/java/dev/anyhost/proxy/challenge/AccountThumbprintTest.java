package dev.anyhost.proxy.challenge;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class AccountThumbprintTest {

    @Test
    void publishedKey_hasThePublishedThumbprint() throws Exception {
        // The key and the jkt of RFC 9449 sections 4.1 and 6.1; RFC 7638's own example is an RSA key.
        ECPublicKey key =
                key("l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs", "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA");

        assertThat(AccountThumbprint.of(key).value()).isEqualTo("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    }

    @Test
    void coordinateWithLeadingZeros_keepsItsLength() throws Exception {
        // No point has to have such coordinates: a KeyFactory doesn't check that they are on the curve.
        String small = "A".repeat(42) + "E";

        AccountThumbprint thumbprint = AccountThumbprint.of(key(small, small));

        assertThat(thumbprint.value())
                .isEqualTo(
                        sha256("{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"" + small + "\",\"y\":\"" + small + "\"}"));
    }

    @Test
    void keyAuthorization_isTokenDotThumbprint() {
        assertThat(new AccountThumbprint("abc").keyAuthorization("token")).isEqualTo("token.abc");
    }

    private static String sha256(String text) throws GeneralSecurityException {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII)));
    }

    private static ECPublicKey key(String x, String y) throws GeneralSecurityException {
        AlgorithmParameters p256 = AlgorithmParameters.getInstance("EC");
        p256.init(new ECGenParameterSpec("secp256r1"));
        var spec = new ECPublicKeySpec(new ECPoint(number(x), number(y)), p256.getParameterSpec(ECParameterSpec.class));
        return (ECPublicKey) KeyFactory.getInstance("EC").generatePublic(spec);
    }

    private static BigInteger number(String base64url) {
        return new BigInteger(1, Base64.getUrlDecoder().decode(base64url));
    }
}
