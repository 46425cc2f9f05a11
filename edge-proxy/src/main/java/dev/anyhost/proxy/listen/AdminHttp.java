package dev.anyhost.proxy.listen;

import dev.anyhost.proxy.forward.SmallHttp;
import dev.anyhost.proxy.ops.Health;
import dev.anyhost.proxy.ops.Metrics;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.Map;

/** The admin port: liveness, readiness with its reasons, and metrics. */
public final class AdminHttp implements SmallHttp {

    private final Health health;
    private final Metrics metrics;

    public AdminHttp(Health health, Metrics metrics) {
        this.health = health;
        this.metrics = metrics;
    }

    @Override
    public Future<Response> answer(Request request, EventExecutor loop) {
        return loop.newSucceededFuture(
                switch (request.path()) {
                    case "/health/live" -> Response.text(200, "live\n");
                    case "/health/ready" ->
                        health.ready()
                                ? Response.text(200, "ready\n")
                                : Response.text(503, String.join("\n", health.reasons()) + "\n");
                    case "/metrics" ->
                        new Response(
                                200,
                                Map.of("Content-Type", "text/plain; version=0.0.4; charset=utf-8"),
                                metrics.scrape());
                    default -> Response.empty(404);
                });
    }
}
