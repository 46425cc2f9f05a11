package dev.anyhost.proxy.handshake;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.certificate.CertificateAnswer;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;

/**
 * Finds what is shown to those who look whether a hostname leads to us, without blocking the loop that asks. What completes does
 * so on the connection's loop, and whoever gets a certificate owns its one reference.
 */
public interface ValidationLookup {

    /** Shows nobody anything. */
    ValidationLookup NONE = new ValidationLookup() {
        @Override
        public Future<CertificateAnswer> challenge(Hostname hostname, Channel connection) {
            return connection.eventLoop().newSucceededFuture(new CertificateAnswer.NotAllowed());
        }

        @Override
        public Future<CertificateAnswer> marker(Hostname hostname, String token, Channel connection) {
            return challenge(hostname, connection);
        }
    };

    /** The certificate of the challenge that is posted for a hostname. */
    Future<CertificateAnswer> challenge(Hostname hostname, Channel connection);

    /** The certificate that says that this instance is one of ours. */
    Future<CertificateAnswer> marker(Hostname hostname, String token, Channel connection);
}
