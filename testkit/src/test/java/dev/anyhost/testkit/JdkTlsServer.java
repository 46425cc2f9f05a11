package dev.anyhost.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SNIMatcher;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** The JDK's TLS server: remembers the names asked for, and answers whatever it is sent with HTTP and the end. */
record JdkTlsServer(SocketServer server, ServerIdentity identity, List<String> names) implements AutoCloseable {

    static JdkTlsServer start(ServerIdentity identity, String... protocols) {
        List<String> names = new CopyOnWriteArrayList<>();
        SocketServer server = SocketServer.start(0, Optional.of(identity), socket -> {
            SSLSocket tls = (SSLSocket) socket;
            SSLParameters parameters = tls.getSSLParameters();
            parameters.setApplicationProtocols(protocols);
            parameters.setSNIMatchers(List.of(new Recorder(names)));
            tls.setSSLParameters(parameters);
            tls.startHandshake();
            tls.getInputStream().read(new byte[8_192]);
            tls.getOutputStream().write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello".getBytes(US_ASCII));
        });
        return new JdkTlsServer(server, identity, names);
    }

    int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.close();
    }

    private static final class Recorder extends SNIMatcher {

        private final List<String> names;

        Recorder(List<String> names) {
            super(0);
            this.names = names;
        }

        @Override
        public boolean matches(SNIServerName name) {
            names.add(new String(name.getEncoded(), US_ASCII));
            return true;
        }
    }
}
