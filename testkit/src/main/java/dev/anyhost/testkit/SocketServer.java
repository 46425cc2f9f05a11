package dev.anyhost.testkit;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens on loopback and gives each connection a virtual thread; closes all of them at the end. */
final class SocketServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SocketServer.class);
    private static final int BACKLOG = 512;

    private final ServerSocket listener;
    private final Conversation conversation;
    private final Thread acceptor;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** What is done with a connection; it is closed afterwards. */
    interface Conversation {
        void hold(Socket socket) throws IOException;
    }

    private SocketServer(ServerSocket listener, Conversation conversation) {
        this.listener = listener;
        this.conversation = conversation;
        this.acceptor =
                Thread.ofVirtual().name("listener " + listener.getLocalPort()).start(this::accept);
    }

    /** Listens on 127.0.0.1:{@code port}; port 0 lets the system choose; TLS with an identity. */
    static SocketServer start(int port, Optional<ServerIdentity> identity, Conversation conversation) {
        try {
            ServerSocket listener = identity.isPresent()
                    ? identity.get().serverContext().getServerSocketFactory().createServerSocket()
                    : new ServerSocket();
            listener.setReuseAddress(true);
            listener.bind(new InetSocketAddress(Ports.loopback(), port), BACKLOG);
            return new SocketServer(listener, conversation);
        } catch (IOException e) {
            throw new UncheckedIOException("no port " + port, e);
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    @Override
    public void close() {
        closeQuietly(listener);
        open.forEach(SocketServer::closeQuietly);
        try {
            // The port takes connections until the thread in accept() has noticed.
            acceptor.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                Thread.ofVirtual().name("connection " + socket.getPort()).start(() -> serve(socket));
            } catch (IOException ended) {
                LOG.debug("Listener {} ended", port(), ended);
            }
        }
    }

    private void serve(Socket socket) {
        open.add(socket);
        try (socket) {
            if (listener.isClosed()) {
                return;
            }
            socket.setTcpNoDelay(true);
            conversation.hold(socket);
        } catch (IOException e) {
            LOG.debug("Connection broke", e);
        } finally {
            open.remove(socket);
        }
    }

    private static void closeQuietly(Closeable socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("Socket did not close", e);
        }
    }
}
