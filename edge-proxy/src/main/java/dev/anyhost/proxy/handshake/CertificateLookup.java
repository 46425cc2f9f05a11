package dev.anyhost.proxy.handshake;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.certificate.CertificateAnswer;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;

/** Finds the certificate for a hostname, without blocking the loop that asks. */
@FunctionalInterface
public interface CertificateLookup {

    /**
     * @param connection who asks: bounds count its client
     * @return completes on the connection's event loop, within the directory's deadline
     */
    Future<CertificateAnswer> answer(Hostname hostname, Channel connection);
}
