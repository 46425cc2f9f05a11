package dev.anyhost.verifier.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

class CredentialsTest {

    private static final URI API = URI.create("https://abc123.lambda-url.eu-west-1.on.aws/v1/domains");

    @ParameterizedTest
    @CsvSource({
        "https://abc123.lambda-url.eu-west-1.on.aws/, eu-west-1",
        "https://ABC123.Lambda-Url.us-gov-west-1.on.aws/x, us-gov-west-1",
        "https://abc.lambda-url.eu-west-1.on.aws.evil.example/,",
        "https://domains.example.com/,",
        "https://a.b.lambda-url.eu-west-1.on.aws/,",
        "urn:x,"
    })
    void region_isThatOfAFunctionUrl(URI url, String region) {
        assertThat(Credentials.AwsSignature.region(url).orElse(null)).isEqualTo(region);
    }

    @Test
    void signature_coversHostSessionAndBody() throws Exception {
        var provider = StaticCredentialsProvider.create(AwsSessionCredentials.create("AKIDEXAMPLE", "secret", "token"));
        String body = "{\"hostname\":\"shop.example\"}";
        Map<String, String> headers = new Credentials.AwsSignature(provider, "eu-west-1").headers("POST", API, body);

        String hash = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(body.getBytes(StandardCharsets.UTF_8)));
        assertThat(headers)
                .containsEntry("x-amz-content-sha256", hash)
                .containsEntry("X-Amz-Security-Token", "token")
                .containsKey("X-Amz-Date")
                .doesNotContainKey("Host");
        assertThat(headers.get("Authorization"))
                .startsWith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
                .contains(
                        "/eu-west-1/lambda/aws4_request",
                        "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token")
                .doesNotContain("secret");
    }

    @Test
    void key_isABearerAndNotPrinted() {
        var key = new Credentials.ApiKey("k-123");
        assertThat(key.headers("GET", API, "")).isEqualTo(Map.of("Authorization", "Bearer k-123"));
        assertThat(key.toString()).doesNotContain("k-123");
    }
}
