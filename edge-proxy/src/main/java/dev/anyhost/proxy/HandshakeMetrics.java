package dev.anyhost.proxy;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.certificate.CertificateAnswer;
import dev.anyhost.proxy.concurrent.TokenBucket;
import dev.anyhost.proxy.handshake.HandshakeEvents;
import dev.anyhost.proxy.ops.Metrics;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts handshakes. Refused ones are counted only, since a stranger may send millions, and of those without a certificate
 * only some each second are logged: a stranger's name may be among them while the verifier is silent.
 */
final class HandshakeMetrics implements HandshakeEvents {

    private static final Logger LOG = LoggerFactory.getLogger(HandshakeMetrics.class);

    private static final int LOGGED_A_SECOND = 20;

    private final Metrics metrics;
    private final TokenBucket logged;

    /** @param nanos a monotonic clock */
    HandshakeMetrics(Metrics metrics, LongSupplier nanos) {
        this.metrics = metrics;
        this.logged = new TokenBucket(LOGGED_A_SECOND, LOGGED_A_SECOND, nanos);
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
        if (!logged.tryTake()) {
            return;
        }
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
