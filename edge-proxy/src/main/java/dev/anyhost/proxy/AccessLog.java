package dev.anyhost.proxy;

import dev.anyhost.proxy.forward.RequestError;
import dev.anyhost.proxy.forward.RequestLog;
import dev.anyhost.proxy.forward.RequestRecord;
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
        }
        if (LOG.isInfoEnabled()) {
            LOG.atInfo()
                    .addKeyValue("hostname", request.hostname())
                    .addKeyValue("client", request.client().getAddress().getHostAddress())
                    .addKeyValue("method", request.method())
                    .addKeyValue("path", request.path())
                    .addKeyValue("status", request.status())
                    .addKeyValue("bytes_in", request.bytesIn())
                    .addKeyValue("bytes_out", request.bytesOut())
                    .addKeyValue("micros", request.nanos() / 1_000)
                    .addKeyValue("error", request.error().map(Enum::name).orElse(""))
                    .log("request");
        }
    }
}
