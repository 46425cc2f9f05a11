package dev.anyhost.benchmarks;

import dev.anyhost.testkit.ChildProcess;
import dev.anyhost.testkit.Ports;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** nginx with one answer of 1 KiB over plain HTTP: an origin that costs next to nothing. */
final class Origin implements AutoCloseable {

    private static final int BODY_BYTES = 1_024;
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final ChildProcess nginx;
    private final int port;

    private Origin(ChildProcess nginx, int port) {
        this.nginx = nginx;
        this.port = port;
    }

    static Origin start(Path program, Path folder) throws IOException {
        int port = Ports.free();
        Path file = Files.writeString(folder.resolve("nginx.conf"), """
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
                  server { listen 127.0.0.1:%d backlog=4096; return 200 "%s"; }
                }
                """.formatted(port, "x".repeat(BODY_BYTES)));
        ChildProcess nginx = ChildProcess.start(
                List.of(program.toString(), "-e", "stderr", "-p", folder.toString(), "-c", file.toString()));
        nginx.awaitPort(port, LIMIT);
        return new Origin(nginx, port);
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + port);
    }

    @Override
    public void close() {
        nginx.close();
    }
}
