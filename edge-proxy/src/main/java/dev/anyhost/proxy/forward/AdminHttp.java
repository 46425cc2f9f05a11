package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.RequestHead;
import dev.anyhost.proxy.ops.Health;
import dev.anyhost.proxy.ops.Metrics;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.util.Map;

/** The admin port: liveness, readiness with its reasons, and metrics. */
public final class AdminHttp {

    private final Health health;
    private final Metrics metrics;

    public AdminHttp(Health health, Metrics metrics) {
        this.health = health;
        this.metrics = metrics;
    }

    /** Answers at once. */
    public Future<SmallResponse> answer(RequestHead request) {
        SmallResponse response = switch (request.path()) {
            case "/health/live" -> SmallResponse.text(200, "live\n");
            case "/health/ready" ->
                health.ready()
                        ? SmallResponse.text(200, "ready\n")
                        : SmallResponse.text(503, String.join("\n", health.reasons()) + "\n");
            case "/metrics" ->
                new SmallResponse(
                        200, Map.of("Content-Type", "text/plain; version=0.0.4; charset=utf-8"), metrics.scrape());
            default -> SmallResponse.empty(404);
        };
        return ImmediateEventExecutor.INSTANCE.newSucceededFuture(response);
    }
}
