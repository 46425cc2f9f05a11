package dev.anyhost.proxy;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.certificate.CertificateAnswer;
import dev.anyhost.proxy.handshake.HandshakeEvents;
import dev.anyhost.proxy.ops.Metrics;
import java.time.Duration;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts handshakes; refused ones are counted only, since a stranger may send millions. */
final class HandshakeMetrics implements HandshakeEvents {

    private static final Logger LOG = LoggerFactory.getLogger(HandshakeMetrics.class);

    private final Metrics metrics;

    HandshakeMetrics(Metrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public void certificateFound(CertificateAnswer.Source source, Duration waited) {
        metrics.handshakeWaited(source.name().toLowerCase(Locale.ROOT), waited);
    }

    @Override
    public void served(Hostname hostname) {
        metrics.handshakeEnded("served");
    }

    @Override
    public void refused() {
        metrics.handshakeEnded("refused");
    }

    @Override
    public void notReady(Hostname hostname, CertificateAnswer.NotYet answer) {
        metrics.handshakeEnded("not_ready");
        LOG.atInfo()
                .addKeyValue("hostname", hostname)
                .addKeyValue("cause", answer.cause())
                .addKeyValue("retry_at", answer.retryAt())
                .log("handshake without a certificate");
    }

    @Override
    public void failed() {
        metrics.handshakeEnded("failed");
    }
}
