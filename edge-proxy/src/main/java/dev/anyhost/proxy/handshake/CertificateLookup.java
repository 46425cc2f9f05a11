package dev.anyhost.proxy.handshake;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.certificate.CertificateAnswer;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;

/** Finds the certificate for a hostname, without blocking the loop that asks. */
@FunctionalInterface
public interface CertificateLookup {

    /** @return completes on {@code loop}, within the directory's deadline */
    Future<CertificateAnswer> answer(Hostname hostname, EventExecutor loop);
}
