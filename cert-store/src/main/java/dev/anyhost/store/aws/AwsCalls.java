package dev.anyhost.store.aws;

import dev.anyhost.aws.CheckedHttp;
import java.time.Duration;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;

/**
 * The limits of an AWS call in a handshake's way: a visitor whose certificate isn't in memory hears within 2 s that
 * DynamoDB is down, so a call with all its retries ends within {@link #WHOLE_CALL}.
 */
public final class AwsCalls {

    /** A call with all its retries. */
    public static final Duration WHOLE_CALL = Duration.ofMillis(1_500);

    private static final Duration ONE_ATTEMPT = Duration.ofMillis(600);
    private static final Duration CONNECT = Duration.ofMillis(500);
    /** Only for what the attempt's limit can't interrupt. */
    private static final Duration SOCKET = Duration.ofMillis(1_400);

    private static final int ATTEMPTS = 3;

    private AwsCalls() {}

    /** Time limits and retries; the back-off is exponential with full jitter. */
    public static ClientOverrideConfiguration.Builder limits() {
        RetryStrategy retries = AwsRetryStrategy.standardRetryStrategy().toBuilder()
                .maxAttempts(ATTEMPTS)
                .backoffStrategy(BackoffStrategy.exponentialDelay(Duration.ofMillis(25), Duration.ofMillis(200)))
                .throttlingBackoffStrategy(
                        BackoffStrategy.exponentialDelay(Duration.ofMillis(100), Duration.ofMillis(400)))
                .build();
        return ClientOverrideConfiguration.builder()
                .apiCallTimeout(WHOLE_CALL)
                .apiCallAttemptTimeout(ONE_ATTEMPT)
                .retryStrategy(retries);
    }

    /** The JDK's HTTP client: small, blocking, at home on virtual threads. */
    public static SdkHttpClient.Builder<?> http() {
        return new CheckedHttp(
                UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(SOCKET));
    }
}
