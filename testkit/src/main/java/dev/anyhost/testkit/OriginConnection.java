package dev.anyhost.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One connection of a {@link RawOrigin}, as its script sees it. Strings have one character per byte (ISO-8859-1). For the
 * script's thread; {@link #received()} for any.
 */
public final class OriginConnection {

    private final int number;
    private final Socket socket;
    private final RecordingInput in;
    private final HttpInput http;
    private final Consumer<RawRequest> requests;

    OriginConnection(int number, Socket socket, Consumer<RawRequest> requests) throws IOException {
        this.number = number;
        this.socket = socket;
        this.in = new RecordingInput(new BufferedInputStream(socket.getInputStream()));
        this.http = new HttpInput(in);
        this.requests = requests;
    }

    /** 0 for the first connection, and so on. */
    public int number() {
        return number;
    }

    /** The peer's port, to tell connections apart. */
    public int peerPort() {
        return socket.getPort();
    }

    /** All bytes the script has read so far. */
    public String received() {
        return in.recorded(0);
    }

    /** The next request with its whole body; empty when the peer ended the connection between requests. */
    public Optional<RawRequest> readRequest() throws IOException {
        Optional<RawRequest> head = readHead();
        if (head.isEmpty()) {
            return Optional.empty();
        }
        int start = in.size();
        String body = new String(http.body(head.get()).readAllBytes(), ISO_8859_1);
        RawRequest request = new RawRequest(head.get().head(), in.recorded(start), body);
        requests.accept(request);
        return Optional.of(request);
    }

    /** The next request without its body, which is left unread; empty when the peer ended the connection. */
    public Optional<RawRequest> readHead() throws IOException {
        return http.head().map(head -> new RawRequest(head, "", ""));
    }

    /** Exactly {@code count} bytes. */
    public String read(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("only " + bytes.length + " of " + count + " bytes came");
        }
        return new String(bytes, ISO_8859_1);
    }

    /** All bytes up to the peer's end of output. */
    public String readToEnd() throws IOException {
        return new String(in.readAllBytes(), ISO_8859_1);
    }

    /** Sends bytes at once. */
    public void write(String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /** Ends this side's output; reading goes on. */
    public void finishOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Ends the connection by a reset. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Ends the connection. */
    public void close() throws IOException {
        socket.close();
    }
}
