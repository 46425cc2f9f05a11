package dev.anyhost.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Lambda's side of the runtime API (version 2018-06-01) on loopback: hands out events one by one and takes what the
 * function makes of them.
 */
public final class LambdaRuntimeApi implements AutoCloseable {

    private static final String ROOT = "/2018-06-01/runtime/";
    private static final long DEADLINE_MILLIS = 60_000;
    private static final long PATIENCE_SECONDS = 60;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<Posted> posted = new LinkedBlockingQueue<>();
    private final CountDownLatch initialised = new CountDownLatch(1);
    private final HttpServer server;

    /** What the runtime posted: below {@code /runtime/}, the path without request ids, and the body. */
    public record Posted(String path, String body) {}

    /** Listens on a free port. */
    public LambdaRuntimeApi() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext(ROOT + "invocation/next", this::next);
        server.createContext(ROOT, this::post);
        server.start();
    }

    /** For {@code AWS_LAMBDA_RUNTIME_API}. */
    public String address() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /**
     * Waits until the function asks for its first event, at most a minute.
     *
     * @throws IllegalStateException when it doesn't
     */
    public void awaitInitialised() throws InterruptedException {
        if (!initialised.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the function doesn't ask for events");
        }
    }

    /** Lets the function handle an event, and waits for what comes of it. */
    public Posted invoke(String event) throws InterruptedException {
        events.add(event);
        Posted result = posted.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (result == null) {
            throw new IllegalStateException("the function didn't answer");
        }
        return result;
    }

    private void next(HttpExchange exchange) throws IOException {
        initialised.countDown();
        try (exchange) {
            byte[] event = events.take().getBytes(StandardCharsets.UTF_8);
            var headers = exchange.getResponseHeaders();
            headers.set("Content-Type", "application/json");
            headers.set("Lambda-Runtime-Aws-Request-Id", UUID.randomUUID().toString());
            headers.set("Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419");
            headers.set("Lambda-Runtime-Deadline-Ms", Long.toString(System.currentTimeMillis() + DEADLINE_MILLIS));
            headers.set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:000000000000:function:ask");
            exchange.sendResponseHeaders(200, event.length);
            exchange.getResponseBody().write(event);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    private void post(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath().substring(ROOT.length());
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            posted.add(new Posted(path.replaceFirst("invocation/[^/]+/", "invocation/"), body));
            exchange.sendResponseHeaders(202, -1);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        server.stop(0);
    }
}
