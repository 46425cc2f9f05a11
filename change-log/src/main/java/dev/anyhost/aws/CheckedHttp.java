package dev.anyhost.aws;

import java.io.IOException;
import java.io.UncheckedIOException;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * An HTTP client whose failures all reach the AWS SDK as the {@link IOException} that it tries again after and reports as its own.
 * The SDK's client over the JDK's {@code HttpURLConnection} lets an {@link UncheckedIOException} through when a connection is
 * reset while the head of a request is written; the SDK lets it through as well, and it ends whatever thread had called.
 */
public final class CheckedHttp implements SdkHttpClient.Builder<CheckedHttp> {

    private final SdkHttpClient.Builder<?> unchecked;

    public CheckedHttp(SdkHttpClient.Builder<?> unchecked) {
        this.unchecked = unchecked;
    }

    @Override
    public SdkHttpClient buildWithDefaults(AttributeMap defaults) {
        return new Client(unchecked.buildWithDefaults(defaults));
    }

    private record Client(SdkHttpClient unchecked) implements SdkHttpClient {

        @Override
        public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
            return new Request(unchecked.prepareRequest(request));
        }

        @Override
        public String clientName() {
            return unchecked.clientName();
        }

        @Override
        public void close() {
            unchecked.close();
        }
    }

    private record Request(ExecutableHttpRequest unchecked) implements ExecutableHttpRequest {

        @Override
        public HttpExecuteResponse call() throws IOException {
            try {
                return unchecked.call();
            } catch (UncheckedIOException broken) {
                throw broken.getCause();
            }
        }

        @Override
        public void abort() {
            unchecked.abort();
        }
    }
}
