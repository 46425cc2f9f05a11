package dev.anyhost.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The search for readable keys must be able to fail. */
class KeySearchTest {

    private final PrivateKey key = TestCertificates.keyPair().getPrivate();
    private final byte[] pkcs8 = key.getEncoded();

    @Test
    void plainKey_isFoundInEveryForm() {
        String decimal = ((ECPrivateKey) key).getS().toString();

        assertThat(in(AttributeValue.fromB(SdkBytes.fromByteArray(pkcs8)))).contains("raw", "PKCS#8");
        assertThat(in(AttributeValue.fromS(new String(pkcs8, StandardCharsets.ISO_8859_1))))
                .contains("raw");
        assertThat(in(AttributeValue.fromS(HexFormat.of().withUpperCase().formatHex(pkcs8))))
                .contains("hex");
        assertThat(in(AttributeValue.fromS(Base64.getEncoder().encodeToString(pkcs8))))
                .contains("base64", "PEM");
        assertThat(in(AttributeValue.fromS(decimal))).contains("decimal");
    }

    private List<String> in(AttributeValue value) {
        return KeySearch.windowsOf(key, Map.of("deep", AttributeValue.fromL(List.of(value))));
    }
}
