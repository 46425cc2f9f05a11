package dev.anyhost.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;

/** The requests that the SDK sends. */
final class WatchedHttp implements SdkHttpClient, WatchedCalls {

    private static final String TARGET = "DynamoDB_20120810.";

    private final SdkHttpClient real = UrlConnectionHttpClient.create();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Queue<String> answersToLose = new ConcurrentLinkedQueue<>();

    private record Request(String operation, String body) {}

    @Override
    public List<String> operations() {
        List<String> seen = requests.stream().map(Request::operation).toList();
        requests.clear();
        return seen;
    }

    @Override
    public boolean lastWasConsistent() {
        return requests.getLast().body().contains("\"ConsistentRead\":true");
    }

    @Override
    public void loseNextAnswerTo(String operation) {
        answersToLose.add(operation);
    }

    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        String operation = request.httpRequest()
                .firstMatchingHeader("X-Amz-Target")
                .orElse("")
                .replace(TARGET, "");
        ExecutableHttpRequest prepared = real.prepareRequest(request);
        return new ExecutableHttpRequest() {
            @Override
            public HttpExecuteResponse call() throws IOException {
                requests.add(new Request(operation, body(request)));
                HttpExecuteResponse answer = prepared.call();
                if (answersToLose.remove(operation)) {
                    if (answer.responseBody().isPresent()) {
                        answer.responseBody().get().readAllBytes();
                    }
                    throw new IOException("the answer is lost");
                }
                return answer;
            }

            @Override
            public void abort() {
                prepared.abort();
            }
        };
    }

    private static String body(HttpExecuteRequest request) throws IOException {
        if (request.contentStreamProvider().isEmpty()) {
            return "";
        }
        try (InputStream content = request.contentStreamProvider().get().newStream()) {
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() {
        real.close();
    }
}
