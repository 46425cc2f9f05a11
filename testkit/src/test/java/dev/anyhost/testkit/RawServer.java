package dev.anyhost.testkit;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does one thing with each connection, and closes it. */
record RawServer(ServerSocket listener) implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RawServer.class);

    interface Conversation {
        void hold(Socket socket) throws IOException;
    }

    static RawServer start(Conversation conversation) throws IOException {
        return serve(new ServerSocket(0, 50, Ports.loopback()), conversation);
    }

    static RawServer serve(ServerSocket listener, Conversation conversation) {
        Thread.ofVirtual().start(() -> {
            while (!listener.isClosed()) {
                try {
                    Socket socket = listener.accept();
                    Thread.ofVirtual().start(() -> hold(socket, conversation));
                } catch (IOException closed) {
                    LOG.debug("Listener ended", closed);
                }
            }
        });
        return new RawServer(listener);
    }

    private static void hold(Socket socket, Conversation conversation) {
        try (socket) {
            conversation.hold(socket);
        } catch (IOException e) {
            LOG.debug("Connection ended", e);
        }
    }

    int port() {
        return listener.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
