package dev.anyhost.verifier.whitelist;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;

/** What the SDK really sends to DynamoDB, retries included; answers get lost on demand. */
final class RecordingHttp implements SdkHttpClient {

    private final SdkHttpClient http = UrlConnectionHttpClient.create();
    private final List<String> operations = new CopyOnWriteArrayList<>();
    private final AtomicInteger answersToLose = new AtomicInteger();

    /** The operations sent so far; forgets them. */
    List<String> operations() {
        var sent = List.copyOf(operations);
        operations.clear();
        return sent;
    }

    /** The next request takes effect, but its answer doesn't arrive. */
    void loseNextAnswer() {
        answersToLose.set(1);
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        String target =
                request.httpRequest().firstMatchingHeader("X-Amz-Target").orElse("?");
        operations.add(target.substring(target.indexOf('.') + 1));
        ExecutableHttpRequest prepared = http.prepareRequest(request);
        return new ExecutableHttpRequest() {
            @Override
            public HttpExecuteResponse call() throws IOException {
                HttpExecuteResponse response = prepared.call();
                if (answersToLose.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                    throw new IOException("the answer got lost");
                }
                return response;
            }

            @Override
            public void abort() {
                prepared.abort();
            }
        };
    }

    @Override
    public void close() {
        http.close();
    }
}
