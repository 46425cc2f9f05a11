package dev.anyhost.proxy.handshake;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.certificate.CertificateAnswer;
import java.time.Duration;

/** Hears how handshakes end; called on event loops, so it must be quick. A connection without a byte is no event. */
public interface HandshakeEvents {

    /** Hears nothing. */
    HandshakeEvents NONE = new HandshakeEvents() {
        @Override
        public void certificateFound(CertificateAnswer.Source source, Duration waited) {}

        @Override
        public void served(Hostname hostname) {}

        @Override
        public void refused() {}

        @Override
        public void notReady(Hostname hostname, CertificateAnswer.NotYet answer) {}

        @Override
        public void failed() {}
    };

    /** A certificate was found for a visitor; the TLS handshake follows. */
    void certificateFound(CertificateAnswer.Source source, Duration waited);

    /** TLS is established. */
    void served(Hostname hostname);

    /** Alert 112 was sent. */
    void refused();

    /** Alert 80 was sent. */
    void notReady(Hostname hostname, CertificateAnswer.NotYet answer);

    /** The client broke off, was too slow, or sent what is no TLS that we speak. */
    void failed();
}
