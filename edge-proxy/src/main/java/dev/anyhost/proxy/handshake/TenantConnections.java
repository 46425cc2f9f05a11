package dev.anyhost.proxy.handshake;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.certificate.CertificateAnswer;
import dev.anyhost.proxy.channel.OpenConnections;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.time.Instant;
import java.util.function.Function;

/**
 * Lets each tenant have so many visitors' connections at a time. Asked with the certificate, the first moment at which a
 * tenant is known: one too many costs a ClientHello and an alert, and no TLS.
 */
public final class TenantConnections implements CertificateLookup {

    private final CertificateLookup certificates;
    private final Function<Hostname, String> tenants;
    private final OpenConnections<String> open;
    private final Runnable refused;

    /**
     * In front of what finds certificates.
     *
     * @param tenants from memory, without blocking; a hostname without a tenant is one by itself
     * @param most connections of one tenant, at least 1
     * @param refused told of each connection that was one too many
     */
    public TenantConnections(
            CertificateLookup certificates, Function<Hostname, String> tenants, int most, Runnable refused) {
        this.certificates = certificates;
        this.tenants = tenants;
        this.open = new OpenConnections<>(most);
        this.refused = refused;
    }

    @Override
    public Future<CertificateAnswer> answer(Hostname hostname, Channel connection) {
        Future<CertificateAnswer> found = certificates.answer(hostname, connection);
        if (found.isSuccess()) {
            return connection.eventLoop().newSucceededFuture(within(hostname, found.getNow(), connection));
        }
        Promise<CertificateAnswer> later = connection.eventLoop().newPromise();
        found.addListener(done -> {
            if (done.isSuccess()) {
                later.setSuccess(within(hostname, found.getNow(), connection));
            } else {
                later.setFailure(done.cause());
            }
        });
        return later;
    }

    private CertificateAnswer within(Hostname hostname, CertificateAnswer answer, Channel connection) {
        if (!(answer instanceof CertificateAnswer.Serve) || open.hasRoomFor(tenants.apply(hostname), connection)) {
            return answer;
        }
        refused.run();
        return new CertificateAnswer.NotYet(CertificateAnswer.Cause.TENANT_CONNECTIONS, Instant.EPOCH);
    }
}
