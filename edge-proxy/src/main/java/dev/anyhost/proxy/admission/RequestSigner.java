package dev.anyhost.proxy.admission;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * Signs GET requests to a Lambda function URL with AWS Signature Version 4.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html">Lambda function URL authorization</a>
 */
public final class RequestSigner {

    private static final Pattern FUNCTION_URL_HOST =
            Pattern.compile("[a-z0-9]+\\.lambda-url\\.([a-z0-9-]+)\\.on\\.aws");

    private final AwsCredentialsProvider credentials;
    private final String region;
    private final AwsV4HttpSigner signer = AwsV4HttpSigner.create();

    /** @param region used when the URL's host is not of the form {@code id.lambda-url.region.on.aws} */
    public RequestSigner(AwsCredentialsProvider credentials, URI url, String region) {
        this.credentials = credentials;
        var functionUrl = FUNCTION_URL_HOST.matcher(url.getHost());
        this.region = functionUrl.matches() ? functionUrl.group(1) : region;
    }

    /** The headers that a GET of {@code url} must carry; {@code Host} is left to the HTTP client. */
    Map<String, String> sign(URI url) {
        AwsCredentialsIdentity identity = credentials.resolveCredentials();
        SignedRequest signed = signer.sign(request -> request.identity(identity)
                .request(SdkHttpFullRequest.builder()
                        .method(SdkHttpMethod.GET)
                        .uri(url)
                        .build())
                .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "lambda")
                .putProperty(AwsV4HttpSigner.REGION_NAME, region));
        Map<String, String> headers = new HashMap<>();
        signed.request().headers().forEach((name, values) -> headers.put(name, values.getFirst()));
        headers.keySet().removeIf(name -> name.equalsIgnoreCase("Host"));
        return headers;
    }
}
