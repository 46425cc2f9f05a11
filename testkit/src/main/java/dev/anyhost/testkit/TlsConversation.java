package dev.anyhost.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** One TCP connection to a TLS server, byte by byte. For one thread. */
public final class TlsConversation implements AutoCloseable {

    private static final int ALERT = 21;
    private static final int HANDSHAKE = 22;
    private static final int SHOWN = 64;

    private final Socket socket;

    private TlsConversation(Socket socket) {
        this.socket = socket;
    }

    /** How a connection ended. */
    public enum Ending {
        CLOSED,
        RESET,
        STILL_OPEN
    }

    static TlsConversation open(InetSocketAddress server, Duration limit) {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(Math.toIntExact(limit.toMillis()));
            socket.connect(server, Math.toIntExact(limit.toMillis()));
            return new TlsConversation(socket);
        } catch (IOException e) {
            throw new UncheckedIOException("no connection to " + server, e);
        }
    }

    /** Sends bytes as they are, at once; false when the server has already ended the connection. */
    public boolean write(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return true;
        } catch (IOException ended) {
            return false;
        }
    }

    /** Ends this side; the server may still answer. */
    public void finishOutput() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** This side's port. */
    public int localPort() {
        return socket.getLocalPort();
    }

    /** Waits for the server's first (or next) record, and reads no further. */
    public TlsAnswer answer() {
        try {
            InputStream in = socket.getInputStream();
            byte[] header = in.readNBytes(5);
            if (header.length == 0) {
                return new TlsAnswer.Closed(false);
            }
            if (header.length < 5 || header[1] != 3) {
                return garbage(header);
            }
            byte[] payload = in.readNBytes(((header[3] & 0xff) << 8) | (header[4] & 0xff));
            return switch (header[0]) {
                case ALERT ->
                    payload.length == 2 ? new TlsAnswer.Alert(payload[0] & 0xff, payload[1] & 0xff) : garbage(payload);
                case HANDSHAKE -> serverHello(payload).orElseGet(() -> garbage(payload));
                default -> garbage(header);
            };
        } catch (SocketTimeoutException e) {
            return new TlsAnswer.Timeout();
        } catch (IOException e) {
            return new TlsAnswer.Closed(true);
        }
    }

    /** Reads to the end, whatever comes, and says how that came. */
    public Ending end() {
        try {
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            return Ending.CLOSED;
        } catch (SocketTimeoutException e) {
            return Ending.STILL_OPEN;
        } catch (IOException e) {
            return Ending.RESET;
        }
    }

    /** Ends the connection by a reset. */
    public void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The record's first message: TLS 1.2 servers may put several into one. */
    private static Optional<TlsAnswer> serverHello(byte[] payload) {
        if (payload.length < 4) {
            return Optional.empty();
        }
        int length = 4 + (((payload[1] & 0xff) << 16) | ((payload[2] & 0xff) << 8) | (payload[3] & 0xff));
        return ServerHelloReader.read(Arrays.copyOf(payload, Math.min(length, payload.length)))
                .map(hello -> hello);
    }

    private static TlsAnswer garbage(byte[] bytes) {
        return new TlsAnswer.Garbage(HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, SHOWN)));
    }
}
