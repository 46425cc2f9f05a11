package dev.anyhost.proxy.forward;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** TLS with origins: 1.2 and 1.3, the certificate must be trusted and name the host. One for all event loops. */
public final class OriginTls implements AutoCloseable {

    private final SslContext context;

    private OriginTls(SslContext context) {
        this.context = context;
    }

    /**
     * Builds the context, which takes milliseconds and reads files: not on an event loop.
     *
     * @param extraRoots what to trust beside the platform's roots
     * @throws GeneralSecurityException when the roots can't be used
     * @throws IOException when the platform's roots can't be read
     */
    public static OriginTls trusting(List<X509Certificate> extraRoots) throws GeneralSecurityException, IOException {
        return new OriginTls(SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL_REFCNT)
                .trustManager(roots(extraRoots))
                .protocols("TLSv1.3", "TLSv1.2")
                .endpointIdentificationAlgorithm("HTTPS")
                .build());
    }

    private static TrustManagerFactory roots(List<X509Certificate> extra) throws GeneralSecurityException, IOException {
        var platform = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        platform.init((KeyStore) null);
        List<X509Certificate> all = new ArrayList<>(extra);
        for (TrustManager manager : platform.getTrustManagers()) {
            if (manager instanceof X509TrustManager trusting) {
                all.addAll(List.of(trusting.getAcceptedIssuers()));
            }
        }
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        for (int i = 0; i < all.size(); i++) {
            store.setCertificateEntry("root-" + i, all.get(i));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        return trust;
    }

    /** Frees native memory; only when no connection will be made any more. */
    @Override
    public void close() {
        ReferenceCountUtil.release(context);
    }

    SslHandler handler(Origin origin, ByteBufAllocator allocator, Duration limit) {
        SslHandler handler = context.newHandler(allocator, origin.peer(), origin.port());
        handler.setHandshakeTimeout(Math.max(1, limit.toMillis()), TimeUnit.MILLISECONDS);
        return handler;
    }
}
