package dev.anyhost.proxy.forward;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** TLS to origins: TLS 1.2 or 1.3, the origin's name in SNI and verified in its certificate (RFC 9525). */
public final class OriginTls {

    private final SslContext context;

    private OriginTls(SslContext context) {
        this.context = context;
    }

    /**
     * Trusts what the JDK trusts, and the roots in the file as well. Reads files: never on an event loop.
     *
     * @param trustedRoots a PEM file
     * @throws IOException when the file can't be read or holds no certificate
     */
    public static OriginTls trusting(Optional<Path> trustedRoots) throws IOException {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trustedRoots.isPresent() ? withRoots(trustedRoots.get()) : null);
            return new OriginTls(SslContextBuilder.forClient()
                    .sslProvider(SslProvider.OPENSSL)
                    .trustManager(trust)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .build());
        } catch (GeneralSecurityException unusable) {
            throw new IOException(
                    "trusted roots " + trustedRoots.map(Path::toString).orElse("of the JDK"), unusable);
        }
    }

    private static KeyStore withRoots(Path file) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int n = 0;
        for (X509Certificate root : jdkRoots()) {
            store.setCertificateEntry("jdk-" + n++, root);
        }
        try (InputStream pem = Files.newInputStream(file)) {
            for (Certificate root : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                store.setCertificateEntry("file-" + n++, root);
            }
        }
        return store;
    }

    private static Iterable<X509Certificate> jdkRoots() throws GeneralSecurityException {
        TrustManagerFactory jdk = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        jdk.init((@Nullable KeyStore) null);
        return Arrays.stream(jdk.getTrustManagers())
                .filter(X509TrustManager.class::isInstance)
                .flatMap(manager -> Arrays.stream(((X509TrustManager) manager).getAcceptedIssuers()))
                .toList();
    }

    SslHandler handler(ByteBufAllocator alloc, Origin origin, Duration limit) {
        SslHandler handler = context.newHandler(alloc, origin.host(), origin.port());
        handler.setHandshakeTimeout(limit.toMillis(), TimeUnit.MILLISECONDS);
        return handler;
    }
}
