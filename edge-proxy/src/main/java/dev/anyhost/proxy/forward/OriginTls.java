package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.forward.OriginProtocol.Offer;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
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
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** TLS with origins: 1.2 and 1.3, the certificate must be trusted and name the host. One for all event loops. */
public final class OriginTls implements AutoCloseable {

    private final Map<Offer, SslContext> contexts;

    private OriginTls(Map<Offer, SslContext> contexts) {
        this.contexts = contexts;
    }

    /**
     * Builds the contexts, which takes milliseconds and reads files: not on an event loop.
     *
     * @param extraRoots what to trust beside the platform's roots
     * @throws GeneralSecurityException when the roots can't be used
     * @throws IOException when the platform's roots can't be read
     */
    public static OriginTls trusting(List<X509Certificate> extraRoots, OriginProtocol protocol)
            throws GeneralSecurityException, IOException {
        TrustManagerFactory roots = roots(extraRoots);
        Map<Offer, SslContext> contexts = new EnumMap<>(Offer.class);
        for (Offer offer : protocol.offersByTls()) {
            contexts.put(offer, context(roots, offer));
        }
        return new OriginTls(contexts);
    }

    private static SslContext context(TrustManagerFactory roots, Offer offer) throws IOException {
        SslContextBuilder context = SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL_REFCNT)
                .trustManager(roots)
                .protocols("TLSv1.3", "TLSv1.2")
                .endpointIdentificationAlgorithm("HTTPS");
        return switch (offer) {
            case HTTP_1 -> context.build(); // Without ALPN: HTTP/1.1 is what everybody then speaks.
            case EITHER -> offering(context, ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1);
            case HTTP_2 -> offering(context, ApplicationProtocolNames.HTTP_2);
        };
    }

    private static SslContext offering(SslContextBuilder context, String... protocols) throws IOException {
        return context.applicationProtocolConfig(new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        protocols))
                .build();
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
        contexts.values().forEach(ReferenceCountUtil::release);
    }

    SslHandler handler(Origin origin, Offer offer, ByteBufAllocator allocator, Duration limit) {
        SslContext context = contexts.get(offer);
        if (context == null) {
            throw new IllegalArgumentException("not prepared for " + offer);
        }
        SslHandler handler = context.newHandler(allocator, origin.peer(), origin.port());
        handler.setHandshakeTimeout(Math.max(1, limit.toMillis()), TimeUnit.MILLISECONDS);
        return handler;
    }
}
