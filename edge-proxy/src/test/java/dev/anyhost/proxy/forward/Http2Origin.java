package dev.anyhost.proxy.forward;

import dev.anyhost.testkit.ServerIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;

/** An origin on loopback whose connections the test itself accepts and answers, frame by frame. */
final class Http2Origin implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final String scheme;
    private final ServerSocket listener;
    private final List<WireClient> accepted = new ArrayList<>();

    private Http2Origin(String scheme, ServerSocket listener) {
        this.scheme = scheme;
        this.listener = listener;
    }

    /** Without TLS. */
    static Http2Origin start() {
        try {
            return new Http2Origin("http", new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With TLS, for {@code localhost}; chooses the first of these that it is offered. */
    static Http2Origin startTls(String... protocols) {
        ServerIdentity identity = ProxyFixture.CA.issue("localhost");
        try {
            var secure = (SSLServerSocket) identity.serverContext()
                    .getServerSocketFactory()
                    .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
            SSLParameters parameters = secure.getSSLParameters();
            parameters.setApplicationProtocols(protocols);
            secure.setSSLParameters(parameters);
            return new Http2Origin("https", secure);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    URI uri() {
        return URI.create(scheme + "://localhost:" + listener.getLocalPort());
    }

    int port() {
        return listener.getLocalPort();
    }

    /** The next connection; waits for it. */
    WireClient acceptPlain() {
        try {
            listener.setSoTimeout((int) PATIENCE.toMillis());
            Socket socket = listener.accept();
            var wire = new WireClient(socket);
            accepted.add(wire);
            return wire;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next connection, past its preface, with SETTINGS as id and value, and so on. */
    Http2Wire accept(int... settings) {
        return new Http2Wire(acceptPlain()).acceptPreface(settings);
    }

    /** Whether a connection was made that nobody has accepted. */
    boolean hasAnother() {
        try {
            listener.setSoTimeout(1);
            accepted.add(new WireClient(listener.accept()));
            return true;
        } catch (IOException none) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
            accepted.forEach(WireClient::close);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
