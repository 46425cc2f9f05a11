package dev.anyhost.benchmarks;

import dev.anyhost.testkit.ChildProcess;
import dev.anyhost.testkit.DemoOrigin;
import dev.anyhost.testkit.Ports;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * nginx over plain HTTP, an origin that costs next to nothing: 1 KiB from memory at every path, but for files of {@link
 * #MEDIUM} and {@link #LARGE}, and a WebSocket that says every message back.
 */
final class Origin implements AutoCloseable {

    static final int SMALL_BYTES = 1_024;

    /** The path of 100 KiB. */
    static final String MEDIUM = "/files/100k";

    /** The path of 10 MiB. */
    static final String LARGE = "/files/10m";

    /** The path of the WebSocket. */
    static final String WEB_SOCKET = "/ws";

    private static final int MEDIUM_BYTES = 100 * 1_024;
    private static final int LARGE_BYTES = 10 * 1_024 * 1_024;
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final ChildProcess nginx;
    private final DemoOrigin echo;
    private final int port;

    private Origin(ChildProcess nginx, DemoOrigin echo, int port) {
        this.nginx = nginx;
        this.echo = echo;
        this.port = port;
    }

    static Origin start(Path program, Path folder) throws IOException {
        int port = Ports.free();
        write(folder.resolve(MEDIUM.substring(1)), MEDIUM_BYTES);
        write(folder.resolve(LARGE.substring(1)), LARGE_BYTES);
        DemoOrigin echo = DemoOrigin.start();
        Path file = Files.writeString(
                folder.resolve("nginx.conf"), """
                daemon off;
                master_process off;
                pid nginx.pid;
                error_log stderr;
                events { worker_connections 4096; }
                http {
                  access_log off;
                  keepalive_requests 1000000000;
                  keepalive_timeout 1h;
                  default_type text/plain;
                  client_body_temp_path temporary; proxy_temp_path temporary; fastcgi_temp_path temporary;
                  uwsgi_temp_path temporary; scgi_temp_path temporary;
                  sendfile on;
                  open_file_cache max=10 inactive=1h;
                  server {
                    listen 127.0.0.1:%d backlog=4096;
                    root .;
                    location / { return 200 "%s"; }
                    location /files/ {}
                    location = %s {
                      proxy_pass http://127.0.0.1:%d;
                      proxy_http_version 1.1;
                      proxy_set_header Connection upgrade;
                      proxy_set_header Upgrade $http_upgrade;
                      proxy_read_timeout 1h;
                    }
                  }
                }
                """.formatted(port, "x".repeat(SMALL_BYTES), WEB_SOCKET, echo.port()));
        ChildProcess nginx = ChildProcess.start(
                List.of(program.toString(), "-e", "stderr", "-p", folder.toString(), "-c", file.toString()));
        nginx.awaitPort(port, LIMIT);
        return new Origin(nginx, echo, port);
    }

    private static void write(Path file, int bytes) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "x".repeat(bytes));
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + port);
    }

    @Override
    public void close() {
        nginx.close();
        echo.close();
    }
}
