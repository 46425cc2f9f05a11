package dev.anyhost.testkit;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** An origin on loopback that follows a script byte for byte, and keeps what it received byte for byte. */
public final class RawOrigin implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final String scheme;
    private final Script script;
    private final SocketServer server;
    private final List<OriginConnection> connections = new CopyOnWriteArrayList<>();
    private final List<RawRequest> requests = new CopyOnWriteArrayList<>();
    private final BlockingQueue<RawRequest> untaken = new LinkedBlockingQueue<>();

    /** What happens on each connection, which is closed when it returns. */
    public interface Script {

        /** Reads and writes as it likes; an exception ends the connection. */
        void serve(OriginConnection connection) throws IOException;

        /** Answers every request, once its body is read, with these bytes (ISO-8859-1); keeps the connection. */
        static Script answering(String response) {
            return answering(request -> response);
        }

        /** Answers every request, once its body is read, with bytes (ISO-8859-1) of one's choice. */
        static Script answering(Function<RawRequest, String> responses) {
            return connection -> {
                Optional<RawRequest> request = connection.readRequest();
                while (request.isPresent()) {
                    connection.write(responses.apply(request.get()));
                    request = connection.readRequest();
                }
            };
        }
    }

    private RawOrigin(Optional<ServerIdentity> identity, Script script) {
        this.scheme = identity.isPresent() ? "https" : "http";
        this.script = script;
        this.server = SocketServer.start(0, identity, this::serve);
    }

    /** One that speaks plain HTTP, or whatever its script speaks. */
    public static RawOrigin start(Script script) {
        return new RawOrigin(Optional.empty(), script);
    }

    /** One behind TLS. */
    public static RawOrigin startTls(ServerIdentity identity, Script script) {
        return new RawOrigin(Optional.of(identity), script);
    }

    public int port() {
        return server.port();
    }

    /** {@code http://127.0.0.1:PORT} or {@code https://127.0.0.1:PORT}. */
    public URI uri() {
        return uri("127.0.0.1");
    }

    /** With another name for the same machine, for example {@code localhost}. */
    public URI uri(String host) {
        return URI.create(scheme + "://" + host + ":" + port());
    }

    /** The connections so far, in the order they were accepted. */
    public List<OriginConnection> connections() {
        return List.copyOf(connections);
    }

    /** The requests read with {@link OriginConnection#readRequest()} so far. */
    public List<RawRequest> requests() {
        return List.copyOf(requests);
    }

    /**
     * The next request that was not taken yet; waits for it.
     *
     * @throws IllegalStateException when none comes within 20 s
     */
    public RawRequest takeRequest() {
        try {
            RawRequest request = untaken.poll(LIMIT.toNanos(), TimeUnit.NANOSECONDS);
            if (request == null) {
                throw new IllegalStateException("no request in " + LIMIT);
            }
            return request;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a request", e);
        }
    }

    @Override
    public void close() {
        server.close();
    }

    private void serve(Socket socket) throws IOException {
        OriginConnection connection = connect(socket);
        script.serve(connection);
    }

    private synchronized OriginConnection connect(Socket socket) throws IOException {
        OriginConnection connection = new OriginConnection(connections.size(), socket, this::keep);
        connections.add(connection);
        return connection;
    }

    private void keep(RawRequest request) {
        requests.add(request);
        untaken.add(request);
    }
}
