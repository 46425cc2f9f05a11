package dev.anyhost.proxy.handshake;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.certificate.ServableCertificate;
import dev.anyhost.store.tickets.TicketKey;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/**
 * One BoringSSL context for each event loop, shared by all hostnames; each connection gets its hostname's credential and
 * its hostname's session id context.
 *
 * <p>BoringSSL stores the session id context inside the encrypted ticket and resumes only where both are equal, which is
 * what keeps a ticket of one hostname from resuming under another. A connection copies it from the context when its
 * engine is made, so setting it and making the engine are one step that nothing may come between: hence one context a
 * loop, used on that loop only. The caller has made sure before that the hostname is allowed: on a resumed connection the
 * original hostname can't be seen any more.
 *
 * <p>Ticket keys (RFC 5077 section 4, RFC 8446 section 4.6.1) change while the contexts are in use: each loop gives its own
 * context the keys of the day before it makes an engine, so that no loop waits for another thread.
 */
public final class TlsContexts implements AutoCloseable {

    /** Raised when tickets of an earlier release must not resume. */
    private static final String POLICY_VERSION = "1";

    private static final String HTTP_2 = "h2";
    private static final String HTTP_1_1 = "http/1.1";
    private static final String ACME_TLS = "acme-tls/1";

    /** TLS 1.3's three, and of TLS 1.2 only those with forward secrecy and authenticated encryption (RFC 9325). */
    private static final List<String> CIPHERS = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private final Map<EventExecutor, LoopContext> visitors;
    private final Map<EventExecutor, LoopContext> validations;

    private TlsContexts(Map<EventExecutor, LoopContext> visitors, Map<EventExecutor, LoopContext> validations) {
        this.visitors = visitors;
        this.validations = validations;
    }

    /**
     * Builds the contexts of all the group's loops; takes milliseconds, so never on an event loop.
     *
     * @param tickets the keys to use now, at least one: the first encrypts, all decrypt; asked for on event loops
     * @throws IllegalStateException when BoringSSL isn't available on this machine
     */
    public static TlsContexts of(EventLoopGroup loops, Supplier<List<TicketKey>> tickets) {
        try {
            TrustManagerFactory nobody = trustNobody();
            Map<EventExecutor, LoopContext> visitors = new HashMap<>();
            Map<EventExecutor, LoopContext> validations = new HashMap<>();
            for (EventExecutor loop : loops) {
                List<TicketKey> unshared = List.of(TicketKey.random(Instant.EPOCH));
                visitors.put(loop, new LoopContext(context(nobody, HTTP_2, HTTP_1_1), tickets));
                validations.put(loop, new LoopContext(context(nobody, ACME_TLS), () -> unshared));
            }
            return new TlsContexts(Map.copyOf(visitors), Map.copyOf(validations));
        } catch (GeneralSecurityException | IOException unavailable) {
            throw new IllegalStateException("TLS by BoringSSL is not available", unavailable);
        }
    }

    /** @param protocols for ALPN, the first that the client has too is spoken */
    private static SslContext context(TrustManagerFactory trust, String... protocols) throws SSLException {
        SslContext context = SslContextBuilder.forServer(new CredentialsOnly())
                .sslProvider(SslProvider.OPENSSL_REFCNT)
                .trustManager(trust)
                .protocols("TLSv1.3", "TLSv1.2")
                .ciphers(CIPHERS)
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        protocols))
                .option(OpenSslContextOption.GROUPS, new String[] {"X25519MLKEM768", "X25519", "P-256"})
                .build();
        ((OpenSslServerSessionContext) context.sessionContext()).setSessionCacheEnabled(false);
        return context;
    }

    /** No client certificate is asked for; without a store of its own a context would load the JDK's, in 5 ms. */
    private static TrustManagerFactory trustNobody() throws GeneralSecurityException, IOException {
        KeyStore empty = KeyStore.getInstance(KeyStore.getDefaultType());
        empty.load(null, null);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(empty);
        return trust;
    }

    /**
     * The handler that does a visitor's handshake with a certificate that the caller holds a reference to.
     *
     * @param loop the loop of the connection; must be the calling one
     */
    SslHandler visitor(EventLoop loop, Hostname hostname, ServableCertificate certificate, ByteBufAllocator alloc) {
        return handler(contextOf(visitors, loop), hostname.value(), certificate, alloc);
    }

    /** As {@link #visitor}, for a tls-alpn-01 validation: speaks {@code acme-tls/1} only (RFC 8737 section 3). */
    SslHandler validation(EventLoop loop, Hostname hostname, ServableCertificate certificate, ByteBufAllocator alloc) {
        return handler(contextOf(validations, loop), hostname.value(), certificate, alloc);
    }

    private static LoopContext contextOf(Map<EventExecutor, LoopContext> contexts, EventLoop loop) {
        LoopContext context = contexts.get(loop);
        if (context == null) {
            throw new IllegalArgumentException("not a loop of this process's group: " + loop);
        }
        return context;
    }

    private static SslHandler handler(
            LoopContext context, String hostname, ServableCertificate certificate, ByteBufAllocator alloc) {
        SslHandler handler = context.newHandler(sessionIdContext(hostname), alloc);
        try {
            ((ReferenceCountedOpenSslEngine) handler.engine()).addCredential(certificate.credential());
            return handler;
        } catch (SSLException refused) {
            ReferenceCountUtil.release(handler.engine());
            throw new IllegalStateException("BoringSSL refused the credential of " + hostname, refused);
        }
    }

    private static byte[] sessionIdContext(String hostname) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest((POLICY_VERSION + "\0" + hostname).getBytes(StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    @Override
    public void close() {
        visitors.values().forEach(LoopContext::release);
        validations.values().forEach(LoopContext::release);
    }

    /** A context, for its loop only. */
    private static final class LoopContext {

        private final SslContext context;
        private final Supplier<List<TicketKey>> tickets;
        private List<TicketKey> used = List.of();

        LoopContext(SslContext context, Supplier<List<TicketKey>> tickets) {
            this.context = context;
            this.tickets = tickets;
        }

        SslHandler newHandler(byte[] sessionIdContext, ByteBufAllocator alloc) {
            var sessions = (OpenSslServerSessionContext) context.sessionContext();
            List<TicketKey> current = tickets.get();
            if (!current.equals(used)) {
                sessions.setTicketKeys(current.stream()
                        .map(key -> new OpenSslSessionTicketKey(key.name(), key.hmacKey(), key.aesKey()))
                        .toArray(OpenSslSessionTicketKey[]::new));
                used = current;
            }
            sessions.setSessionIdContext(sessionIdContext);
            return context.newHandler(alloc);
        }

        void release() {
            ReferenceCountUtil.release(context);
        }
    }
}
