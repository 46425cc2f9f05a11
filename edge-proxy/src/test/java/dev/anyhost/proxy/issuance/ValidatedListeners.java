package dev.anyhost.proxy.issuance;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.anyhost.proxy.challenge.ChallengeBoard;
import dev.anyhost.proxy.challenge.Http01Answers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** The two listeners that an authority's validations reach, without a proxy around them. */
final class ValidatedListeners implements AutoCloseable {

    private final HttpServer http;
    private final SSLServerSocket tls;
    private final List<String> protocols = new CopyOnWriteArrayList<>();

    private ValidatedListeners(HttpServer http, SSLServerSocket tls) {
        this.http = http;
        this.tls = tls;
    }

    static ValidatedListeners start(int httpPort, int tlsPort, Http01Answers answers, ChallengeBoard board)
            throws IOException, GeneralSecurityException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        HttpServer http = HttpServer.create(new InetSocketAddress(loopback, httpPort), 0);
        http.createContext(Http01Answers.PATH_PREFIX, exchange -> answer(exchange, answers));
        http.start();
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {new BoardKeys(board)}, null, null);
        SSLServerSocket tls =
                (SSLServerSocket) context.getServerSocketFactory().createServerSocket(tlsPort, 50, loopback);
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"acme-tls/1"});
        tls.setSSLParameters(parameters);
        var started = new ValidatedListeners(http, tls);
        Thread.startVirtualThread(started::accept);
        return started;
    }

    /** What was agreed on, or why nothing was: one entry a handshake. */
    List<String> protocols() {
        return List.copyOf(protocols);
    }

    private static void answer(HttpExchange exchange, Http01Answers answers) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            Optional<String> body = answers.answer(path.substring(Http01Answers.PATH_PREFIX.length()));
            byte[] bytes = body.orElse("").getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(body.isPresent() ? 200 : 404, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private void accept() {
        while (!tls.isClosed()) {
            try {
                SSLSocket client = (SSLSocket) tls.accept();
                Thread.startVirtualThread(() -> handshake(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void handshake(SSLSocket client) {
        try (client) {
            client.startHandshake();
            protocols.add(client.getApplicationProtocol());
        } catch (IOException refused) {
            protocols.add(refused.toString());
        }
    }

    @Override
    public void close() throws IOException {
        http.stop(0);
        tls.close();
    }
}
