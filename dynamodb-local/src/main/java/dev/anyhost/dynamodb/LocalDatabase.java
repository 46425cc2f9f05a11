package dev.anyhost.dynamodb;

import com.amazonaws.services.dynamodbv2.local.server.LocalDynamoDBRequestHandler;
import com.amazonaws.services.dynamodbv2.local.server.LocalDynamoDBServerHandler;
import com.amazonaws.services.dynamodbv2.local.shared.access.sqlite.SQLiteLibraryLoader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.ContextHandler;

/**
 * DynamoDB Local behind a Jetty server bound to 127.0.0.1, with one database for all access keys and regions.
 *
 * <p>It is put together here, and not by DynamoDB Local's own {@code DynamoDBProxyServer}, because that one listens on
 * all interfaces and is also the only class that starts the telemetry.
 */
final class LocalDatabase {

    private final Server server;
    private final LocalDynamoDBServerHandler handler;
    private final URI endpoint;

    private LocalDatabase(Server server, LocalDynamoDBServerHandler handler) {
        this.server = server;
        this.handler = handler;
        this.endpoint = URI.create("http://127.0.0.1:" + server.getURI().getPort());
    }

    /**
     * Starts listening; answers requests when this returns.
     *
     * @param port 0 lets the system choose
     * @param data created when missing; empty keeps the tables in memory
     * @throws Exception from Jetty or SQLite: the port is taken, the folder can't be written
     */
    static LocalDatabase start(int port, Optional<Path> data) throws Exception {
        if (data.isPresent()) {
            Files.createDirectories(data.get());
        }
        loadSqlite();
        String folder = data.map(path -> path.toAbsolutePath().toString()).orElse(null);
        var requests = new LocalDynamoDBRequestHandler(0, data.isEmpty(), folder, true, false);
        var handler = new LocalDynamoDBServerHandler(requests, null);
        var context = new ContextHandler();
        context.setHandler(handler);
        var server = new Server(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
        server.setHandler(context);
        server.start();
        return new LocalDatabase(server, handler);
    }

    URI endpoint() {
        return endpoint;
    }

    /** Stops listening and closes the database, so that everything written is in its file. */
    void stop() throws Exception {
        server.stop();
        handler.close();
    }

    /**
     * Loads the native library through a folder that is gone again when this returns: DynamoDB Local unpacks it from
     * its jar at each start, and a killed process would leave it in the temporary folder.
     */
    private static void loadSqlite() throws Exception {
        Path folder = Files.createTempDirectory("anyhost-sqlite-");
        try {
            System.setProperty("org.sqlite.tmpdir", folder.toString());
            SQLiteLibraryLoader.initialize();
        } finally {
            deleteFolder(folder);
        }
    }

    private static void deleteFolder(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> listed = Files.list(folder)) {
            files = listed.toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
        Files.delete(folder);
    }
}
