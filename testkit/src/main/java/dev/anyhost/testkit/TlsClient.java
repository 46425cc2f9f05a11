package dev.anyhost.testkit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * The JDK's TLS client, connecting to a server for any hostname without asking DNS. Every connection is a full handshake.
 */
public final class TlsClient {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final InetSocketAddress server;
    private final Optional<List<X509Certificate>> roots;
    private final List<String> protocols;
    private final List<String> alpn;
    private final byte[] preamble;
    private final Duration limit;

    private TlsClient(
            InetSocketAddress server,
            Optional<List<X509Certificate>> roots,
            List<String> protocols,
            List<String> alpn,
            byte[] preamble,
            Duration limit) {
        this.server = server;
        this.roots = roots;
        this.protocols = protocols;
        this.alpn = alpn;
        this.preamble = preamble.clone();
        this.limit = limit;
    }

    /** One for 127.0.0.1:{@code port} that trusts {@code roots} and verifies the hostname. */
    public static TlsClient to(int port, Collection<X509Certificate> roots) {
        return new TlsClient(address(port), Optional.of(List.copyOf(roots)), List.of(), List.of(), new byte[0], LIMIT);
    }

    /** One for 127.0.0.1:{@code port} that takes any certificate, for example a challenge's (RFC 8737). */
    public static TlsClient trustingAnything(int port) {
        return new TlsClient(address(port), Optional.empty(), List.of(), List.of(), new byte[0], LIMIT);
    }

    /** Offers only these versions, for example {@code TLSv1.2}. */
    public TlsClient withProtocols(String... names) {
        return new TlsClient(server, roots, List.of(names), alpn, preamble, limit);
    }

    /** Offers these application protocols; without them the extension is left out. */
    public TlsClient withAlpn(String... names) {
        return new TlsClient(server, roots, protocols, List.of(names), preamble, limit);
    }

    /** Sends these bytes before the handshake: a PROXY protocol header. */
    public TlsClient withPreamble(byte[] bytes) {
        return new TlsClient(server, roots, protocols, alpn, bytes, limit);
    }

    /** Another limit of the connection and of each read; 20 s otherwise. */
    public TlsClient withLimit(Duration longest) {
        return new TlsClient(server, roots, protocols, alpn, preamble, longest);
    }

    /**
     * Shakes hands and closes.
     *
     * @param hostname sent as SNI and, when there are roots, required of the certificate
     * @throws javax.net.ssl.SSLException when the server refuses, or its certificate isn't good
     */
    public TlsSession handshake(String hostname) throws IOException {
        try (SSLSocket socket = connect(hostname)) {
            return session(socket);
        }
    }

    /** Shakes hands, and leaves the connection to the caller. */
    public SSLSocket connect(String hostname) throws IOException {
        Socket plain = new Socket();
        try {
            plain.setTcpNoDelay(true);
            plain.setSoTimeout(Math.toIntExact(limit.toMillis()));
            plain.connect(server, Math.toIntExact(limit.toMillis()));
            plain.getOutputStream().write(preamble);
            SSLContext context = roots.map(Trust::context).orElseGet(TlsClient::anythingGoes);
            SSLSocket socket =
                    (SSLSocket) context.getSocketFactory().createSocket(plain, hostname, server.getPort(), true);
            socket.setSSLParameters(parameters(socket.getSSLParameters(), hostname));
            socket.startHandshake();
            return socket;
        } catch (IOException e) {
            plain.close();
            throw e;
        }
    }

    /** Sends {@code request} over a connection of its own, and returns all bytes until the server ends it. */
    public byte[] exchange(String hostname, byte[] request) throws IOException {
        try (SSLSocket socket = connect(hostname)) {
            socket.getOutputStream().write(request);
            return socket.getInputStream().readAllBytes();
        }
    }

    /** What {@code socket}, whose handshake is done, agreed on. */
    public static TlsSession session(SSLSocket socket) throws IOException {
        List<X509Certificate> chain = new ArrayList<>();
        for (Certificate certificate : socket.getSession().getPeerCertificates()) {
            chain.add((X509Certificate) certificate);
        }
        return new TlsSession(
                chain,
                socket.getSession().getProtocol(),
                socket.getSession().getCipherSuite(),
                Optional.of(socket.getApplicationProtocol()).filter(name -> !name.isEmpty()));
    }

    private SSLParameters parameters(SSLParameters parameters, String hostname) {
        parameters.setServerNames(List.of(new SNIHostName(hostname)));
        if (roots.isPresent()) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        if (!protocols.isEmpty()) {
            parameters.setProtocols(protocols.toArray(new String[0]));
        }
        parameters.setApplicationProtocols(alpn.toArray(new String[0]));
        return parameters;
    }

    private static InetSocketAddress address(int port) {
        return new InetSocketAddress(Ports.loopback(), port);
    }

    private static SSLContext anythingGoes() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Gullible()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has no TLS", e);
        }
    }

    private static final class Gullible extends X509ExtendedTrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
