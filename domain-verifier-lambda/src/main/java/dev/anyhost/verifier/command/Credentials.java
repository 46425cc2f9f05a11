package dev.anyhost.verifier.command;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/** How a request to the domains API says whose it is. */
sealed interface Credentials {

    /**
     * The headers that say so.
     *
     * @throws software.amazon.awssdk.core.exception.SdkException when there are none at the moment
     */
    Map<String, String> headers(String method, URI url, String body);

    /** A key of a self-hosted API. */
    record ApiKey(String key) implements Credentials {

        @Override
        public Map<String, String> headers(String method, URI url, String body) {
            return Map.of("Authorization", "Bearer " + key);
        }

        /** Leaves the key out. */
        @Override
        public String toString() {
            return "ApiKey";
        }
    }

    /**
     * AWS Signature Version 4, for a Lambda function URL.
     *
     * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html">Lambda function URL authorization</a>
     */
    record AwsSignature(AwsCredentialsProvider provider, String region) implements Credentials {

        private static final Pattern FUNCTION_URL_HOST =
                Pattern.compile("[a-z0-9]+\\.lambda-url\\.([a-z0-9-]+)\\.on\\.aws");

        /** The region of a function URL; empty for any other URL. */
        static Optional<String> region(URI url) {
            Matcher host = FUNCTION_URL_HOST.matcher(
                    Optional.ofNullable(url.getHost()).orElse("").toLowerCase(Locale.ROOT));
            return host.matches() ? Optional.of(host.group(1)) : Optional.empty();
        }

        @Override
        public Map<String, String> headers(String method, URI url, String body) {
            AwsCredentialsIdentity identity = provider.resolveCredentials();
            SignedRequest signed = AwsV4HttpSigner.create()
                    .sign(request -> request.identity(identity)
                            .request(SdkHttpFullRequest.builder()
                                    .method(SdkHttpMethod.fromValue(method))
                                    .uri(url)
                                    .build())
                            .payload(() -> new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)))
                            .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "lambda")
                            .putProperty(AwsV4HttpSigner.REGION_NAME, region));
            Map<String, String> headers = new HashMap<>();
            signed.request().headers().forEach((name, values) -> headers.put(name, values.getFirst()));
            headers.keySet().removeIf(name -> name.equalsIgnoreCase("Host"));
            return headers;
        }
    }
}
