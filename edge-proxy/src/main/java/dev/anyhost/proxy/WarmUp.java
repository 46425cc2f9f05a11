package dev.anyhost.proxy;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.certificate.CertificateAnswer;
import dev.anyhost.proxy.certificate.ServableCertificate;
import dev.anyhost.proxy.challenge.ChallengeCertificate;
import dev.anyhost.proxy.challenge.TlsAlpn01Certificates;
import dev.anyhost.proxy.forward.Forwarding;
import dev.anyhost.proxy.forward.OriginRoute;
import dev.anyhost.proxy.handshake.HandshakeEvents;
import dev.anyhost.proxy.handshake.HandshakeHandler;
import dev.anyhost.proxy.handshake.Handshakes;
import dev.anyhost.proxy.handshake.ValidationLookup;
import dev.anyhost.proxy.issuance.IssuanceTime;
import dev.anyhost.proxy.listen.EventLoops;
import dev.anyhost.proxy.listen.ListenerPipeline;
import dev.anyhost.proxy.listen.Listeners;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handshakes and requests, by HTTP/1.1 and HTTP/2 in turn, over loopback before the first visitor's, so that those don't meet a cold JVM: a handshake
 * there costs more than twice a warm one. On a listener of its own, with a certificate that nobody trusts and no origin
 * behind it; it touches no store, no verifier, no CA, and no metric.
 */
final class WarmUp {

    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
    private static final Duration LONGEST = Duration.ofMillis(700);
    private static final Hostname NOBODY = Hostname.parse("warm-up.invalid").orElseThrow();
    private static final byte[] REQUEST =
            ("GET /warm-up HTTP/1.1\r\nHost: " + NOBODY + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);

    private final EventLoops loops;
    private final Handshakes handshakes;
    private final Forwarding forwarding;
    private final IssuanceTime time;

    /** Exercises what these are made of, without their lookups and logs. */
    WarmUp(EventLoops loops, Handshakes handshakes, Forwarding forwarding, IssuanceTime time) {
        this.loops = loops;
        this.handshakes = handshakes;
        this.forwarding = forwarding;
        this.time = time;
    }

    /** Blocks for about {@link #LONGEST}; what goes wrong only makes the first visitors slower. */
    void run() {
        ChallengeCertificate nobodys = new TlsAlpn01Certificates(time.clock()).create(NOBODY, new byte[32]);
        var certificate = ServableCertificate.of(NOBODY, List.of(nobodys.certificate()), nobodys.privateKey());
        var listeners = new Listeners(loops);
        try {
            InetSocketAddress address = listeners.open(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    new ListenerPipeline(List.of(), () -> new HandshakeHandler(serving(certificate))));
            int visits = visit(address);
            LOG.atInfo().addKeyValue("visits", visits).log("warmed up");
        } catch (IOException | GeneralSecurityException failed) {
            LOG.warn("warm-up ended early", failed);
        } finally {
            listeners.stopAccepting();
            listeners.awaitEmpty(Duration.ZERO);
            certificate.release();
        }
    }

    private Handshakes serving(ServableCertificate certificate) {
        var nowhere = new Forwarding(
                forwarding.settings(),
                hostname -> new OriginRoute.Unavailable("warm-up"),
                forwarding.pools(),
                request -> {},
                () -> false);
        return new Handshakes(
                (hostname, connection) -> connection
                        .eventLoop()
                        .newSucceededFuture(new CertificateAnswer.Serve(certificate, CertificateAnswer.Source.MEMORY)),
                ValidationLookup.NONE,
                handshakes.contexts(),
                HandshakeEvents.NONE,
                nowhere::connection,
                handshakes.timeLimit());
    }

    private int visit(InetSocketAddress address) throws IOException, GeneralSecurityException {
        SSLContext trusting = SSLContext.getInstance("TLS");
        trusting.init(null, new TrustManager[] {new Ourselves()}, null);
        long begun = time.nanos().getAsLong();
        int visits = 0;
        while (time.nanos().getAsLong() - begun < LONGEST.toNanos()) {
            try (SSLSocket socket = (SSLSocket) trusting.getSocketFactory().createSocket()) {
                socket.setTcpNoDelay(true);
                socket.setSoTimeout((int) LONGEST.toMillis());
                socket.connect(address, (int) LONGEST.toMillis());
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setServerNames(List.of(new SNIHostName(NOBODY.value())));
                boolean http2 = visits++ % 2 == 1;
                parameters.setApplicationProtocols(http2 ? new String[] {Http2Visit.PROTOCOL} : new String[0]);
                socket.setSSLParameters(parameters);
                if (http2) {
                    new Http2Visit(NOBODY).make(socket);
                } else {
                    socket.getOutputStream().write(REQUEST);
                    var _ = socket.getInputStream().readAllBytes();
                }
            }
        }
        return visits;
    }

    /** The other end is this process. */
    private static final class Ourselves implements X509TrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
