package dev.anyhost.testkit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.concurrent.locks.LockSupport;

/**
 * A TLS client that sends any bytes and reports what the server does: which alert, an end without one, a ServerHello. For
 * handshakes that are meant to succeed see {@link TlsClient}, for resumption {@link OpensslClient}.
 */
public final class TlsProbe {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final InetSocketAddress server;
    private final Duration limit;
    private final byte[] preamble;
    private final Duration pause;

    private TlsProbe(InetSocketAddress server, Duration limit, byte[] preamble, Duration pause) {
        this.server = server;
        this.limit = limit;
        this.preamble = preamble.clone();
        this.pause = pause;
    }

    /** One for 127.0.0.1:{@code port}, with a limit of 10 s. */
    public static TlsProbe of(int port) {
        return new TlsProbe(new InetSocketAddress(Ports.loopback(), port), LIMIT, new byte[0], Duration.ZERO);
    }

    /** Another limit of each wait, for the connection and for each answer. */
    public TlsProbe withLimit(Duration limit) {
        return new TlsProbe(server, limit, preamble, pause);
    }

    /** Sends these bytes before everything else: a PROXY protocol header. */
    public TlsProbe withPreamble(byte[] preamble) {
        return new TlsProbe(server, limit, preamble, pause);
    }

    /** Waits after each segment, so that the server reads them one by one; else the kernel may merge them. */
    public TlsProbe withPause(Duration pause) {
        return new TlsProbe(server, limit, preamble, pause);
    }

    /** Sends {@code hello} in one piece on a connection of its own; the answer is the first record that comes back. */
    public TlsAnswer send(ClientHello hello) {
        return send(hello.records());
    }

    /** Sends segments of bytes, each with a write of its own, on a connection of their own. */
    public TlsAnswer send(byte[]... segments) {
        try (TlsConversation conversation = open(segments)) {
            return conversation.answer();
        }
    }

    /** As {@link #send(ClientHello)}, but the connection stays open for more. */
    public TlsConversation open(ClientHello hello) {
        return open(hello.records());
    }

    /** Connects, sends the preamble and the segments, if any, and leaves the rest to the caller, who closes it. */
    public TlsConversation open(byte[]... segments) {
        TlsConversation conversation = TlsConversation.open(server, limit);
        if (preamble.length > 0) {
            conversation.write(preamble);
        }
        for (byte[] segment : segments) {
            if (!conversation.write(segment)) {
                break;
            }
            if (pause.isPositive()) {
                LockSupport.parkNanos(pause.toNanos());
            }
        }
        return conversation;
    }

    /** Cuts {@code bytes} into segments of {@code size} bytes; the last one has the rest. */
    public static byte[][] segments(byte[] bytes, int size) {
        byte[][] segments = new byte[(bytes.length + size - 1) / size][];
        for (int i = 0; i < segments.length; i++) {
            segments[i] = Arrays.copyOfRange(bytes, i * size, Math.min(bytes.length, (i + 1) * size));
        }
        return segments;
    }

    /**
     * A complete, verified handshake with the JDK's client.
     *
     * @param hostname sent as SNI and required of the certificate
     * @throws javax.net.ssl.SSLException when the server refuses, or its certificate isn't good
     */
    public static TlsSession handshake(int port, String hostname, Collection<X509Certificate> roots)
            throws IOException {
        return TlsClient.to(port, roots).handshake(hostname);
    }
}
