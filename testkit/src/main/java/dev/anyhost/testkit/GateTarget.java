package dev.anyhost.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The connection to the server behind an {@link HttpGate} that belongs to one of the gate's clients. For one thread. */
final class GateTarget implements AutoCloseable {

    private static final int CONNECT_MILLIS = 10_000;

    private final URI server;
    private final Optional<SSLContext> tls;
    private @Nullable Socket socket;

    /** Connects when it is first needed. */
    GateTarget(URI server, Optional<SSLContext> tls) {
        this.server = server;
        this.tls = tls;
    }

    /** Sends a request byte for byte, and reads the whole answer. */
    HttpAnswer exchange(RawRequest request) throws IOException {
        boolean reused = socket != null;
        try {
            return exchangeOnce(request);
        } catch (IOException perhapsStale) {
            // RFC 9112 section 9.3.1: a server may end an idle connection at any time.
            close();
            if (!reused) {
                throw perhapsStale;
            }
            return exchangeOnce(request);
        }
    }

    private HttpAnswer exchangeOnce(RawRequest request) throws IOException {
        Socket connection = connected();
        connection.getOutputStream().write((request.head() + request.rawBody()).getBytes(ISO_8859_1));
        connection.getOutputStream().flush();
        RecordingInput recording = new RecordingInput(new BufferedInputStream(connection.getInputStream()));
        HttpInput http = new HttpInput(recording);
        RawRequest head = http.head()
                .map(bytes -> new RawRequest(bytes, "", ""))
                .orElseThrow(() -> new EOFException("no answer to " + request.requestLine()));
        int start = recording.size();
        String body = new String(http.responseBody(request.method(), head).readAllBytes(), ISO_8859_1);
        HttpAnswer answer = new HttpAnswer(head.head(), recording.recorded(start), body);
        if (answer.closes()) {
            close();
        }
        return answer;
    }

    private Socket connected() throws IOException {
        if (socket == null) {
            Socket fresh = tls.isPresent() ? tls.get().getSocketFactory().createSocket() : new Socket();
            socket = fresh;
            fresh.setTcpNoDelay(true);
            fresh.connect(new InetSocketAddress(server.getHost(), server.getPort()), CONNECT_MILLIS);
        }
        return socket;
    }

    @Override
    public void close() throws IOException {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }
}
