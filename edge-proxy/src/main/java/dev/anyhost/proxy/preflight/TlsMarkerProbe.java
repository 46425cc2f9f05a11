package dev.anyhost.proxy.preflight;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.challenge.Http01Answers;
import dev.anyhost.proxy.challenge.TlsMarker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/**
 * Asks an address for our own marker on the port where tls-alpn-01 is checked: a certificate for a token that nobody was given
 * ({@link TlsMarker}). Blocks.
 */
final class TlsMarkerProbe {

    private final Http01Answers answers;
    private final Predicate<InetAddress> permitted;
    private final int port;
    private final Duration patience;

    /** @param permitted whether an address may be connected to */
    TlsMarkerProbe(Http01Answers answers, Predicate<InetAddress> permitted, int port, Duration patience) {
        this.answers = answers;
        this.permitted = permitted;
        this.port = port;
        this.patience = patience;
    }

    MarkerAnswer ask(Hostname hostname, InetAddress address) {
        if (!permitted.test(address)) {
            return new MarkerAnswer.Silent(address.getHostAddress() + " isn't a public address");
        }
        String token = MarkerToken.random();
        try (var socket = new Socket()) {
            socket.setSoTimeout(Math.toIntExact(patience.toMillis()));
            socket.connect(new InetSocketAddress(address, port), Math.toIntExact(patience.toMillis()));
            try (SSLSocket tls = AnyCertificate.over(socket, hostname.value(), TlsMarker.protocol(token))) {
                Certificate shown = tls.getSession().getPeerCertificates()[0];
                return TlsMarker.isShown(
                                (X509Certificate) shown, answers.answer(token).orElseThrow())
                        ? new MarkerAnswer.Ours()
                        : new MarkerAnswer.Strange("with another's certificate on port " + port);
            }
        } catch (SSLException refused) {
            return judged(String.valueOf(refused.getMessage()));
        } catch (IOException nobody) {
            return new MarkerAnswer.Silent(String.valueOf(nobody.getMessage()));
        }
    }

    /** One of ours of an earlier release, or that knows no better, may refuse too: only what it never says is strange. */
    private MarkerAnswer judged(String reason) {
        if (reason.contains("no_application_protocol")) {
            return new MarkerAnswer.Strange("with another's TLS on port " + port);
        }
        return reason.startsWith("Unsupported or unrecognized SSL message")
                ? new MarkerAnswer.Strange("with something that isn't TLS on port " + port)
                : new MarkerAnswer.Silent(reason);
    }
}
