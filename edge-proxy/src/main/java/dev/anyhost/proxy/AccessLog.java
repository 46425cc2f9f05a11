package dev.anyhost.proxy;

import dev.anyhost.proxy.forward.RequestError;
import dev.anyhost.proxy.forward.RequestLog;
import dev.anyhost.proxy.forward.RequestRecord;
import dev.anyhost.proxy.ops.LogFields;
import dev.anyhost.proxy.ops.Metrics;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line for each request, and its metrics. */
final class AccessLog implements RequestLog {

    private static final Logger LOG = LoggerFactory.getLogger("dev.anyhost.access");

    private static final Optional<RequestError> CLIENT_LIMITED = Optional.of(RequestError.CLIENT_LIMITED);
    private static final Optional<RequestError> TENANT_LIMITED = Optional.of(RequestError.TENANT_LIMITED);

    private static final Optional<RequestError> MEMORY_SHORT = Optional.of(RequestError.MEMORY_SHORT);

    private final Metrics metrics;

    AccessLog(Metrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public void finished(RequestRecord request) {
        metrics.requestEnded(request.status(), Duration.ofNanos(request.nanos()));
        if (request.error().equals(CLIENT_LIMITED)) {
            metrics.limited("requests-per-client");
        } else if (request.error().equals(TENANT_LIMITED)) {
            metrics.limited("requests-per-tenant");
        } else if (request.error().equals(MEMORY_SHORT)) {
            metrics.limited("memory");
        }
        if (LOG.isInfoEnabled()) {
            LOG.info("request", new Line(request));
        }
    }

    private record Line(RequestRecord request) implements LogFields {

        @Override
        public void appendTo(LogFields.Line line) {
            line.add("hostname", request.hostname().value());
            line.add("client", request.client().getAddress().getHostAddress());
            line.add("method", request.method());
            line.add("path", request.path());
            line.add("status", request.status());
            line.add("bytes_in", request.bytesIn());
            line.add("bytes_out", request.bytesOut());
            line.add("micros", request.nanos() / 1_000);
            line.add("error", request.error().map(Enum::name).orElse(""));
        }
    }
}
