package dev.anyhost.benchmarks;

import dev.anyhost.testkit.ChildProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** nginx as a proxy with two workers: HTTP/2, kept connections to the origin, a line of JSON for each request. */
final class Nginx implements Contender {

    private static final InetAddress ADDRESS = InetAddress.ofLiteral("127.0.0.4");

    private final ChildProcess process;
    private final InetSocketAddress https;

    private Nginx(ChildProcess process, InetSocketAddress https) {
        this.process = process;
        this.https = https;
    }

    static Nginx start(Surroundings around, PemFiles certificate) throws IOException {
        InetSocketAddress https = new InetSocketAddress(ADDRESS, around.httpsPort());
        Path folder = Files.createDirectories(around.folder().resolve("nginx"));
        Path file = Files.writeString(folder.resolve("proxy.conf"), configuration(around, certificate, https));
        ChildProcess process = LoggedChild.start(
                List.of(
                        around.programs().nginx().toString(),
                        "-e",
                        "stderr",
                        "-p",
                        folder.toString(),
                        "-c",
                        file.toString()),
                Map.of(),
                folder.resolve("nginx.log"));
        LoggedChild.awaitListening(process, https);
        return new Nginx(process, https);
    }

    /**
     * Answers of any size stay in memory: a file for what the client is slow to take would only be work. TLS 1.3 isn't its
     * default before 1.23.
     */
    private static String configuration(Surroundings around, PemFiles certificate, InetSocketAddress https) {
        return """
                daemon off;
                worker_processes 2;
                worker_rlimit_nofile 20000;
                pid proxy.pid;
                error_log stderr;
                events { worker_connections 9000; }
                http {
                  log_format requests escape=json '{"time":"$time_iso8601","hostname":"$host","client":"$remote_addr",'
                    '"method":"$request_method","path":"$uri","status":$status,"bytes_in":$request_length,'
                    '"bytes_out":$body_bytes_sent,"seconds":$request_time}';
                  access_log access.log requests buffer=64k flush=1s;
                  client_body_temp_path temporary; proxy_temp_path temporary; fastcgi_temp_path temporary;
                  uwsgi_temp_path temporary; scgi_temp_path temporary;
                  keepalive_requests 1000000000;
                  keepalive_timeout 300s;
                  upstream origin {
                    server 127.0.0.1:%d;
                    keepalive 256;
                    keepalive_requests 1000000000;
                    keepalive_timeout 1h;
                  }
                  map $http_upgrade $hop { default upgrade; "" ""; }
                  server {
                    listen %s:%d ssl http2 backlog=4096;
                    ssl_certificate %s;
                    ssl_certificate_key %s;
                    ssl_protocols TLSv1.2 TLSv1.3;
                    location / {
                      proxy_pass http://origin;
                      proxy_http_version 1.1;
                      proxy_max_temp_file_size 0;
                      proxy_set_header Connection $hop;
                      proxy_set_header Upgrade $http_upgrade;
                      proxy_set_header X-Forwarded-For $remote_addr;
                      proxy_set_header X-Forwarded-Proto https;
                      proxy_set_header X-Forwarded-Host $host;
                    }
                  }
                }
                """.formatted(
                        around.origin().uri().getPort(),
                        ADDRESS.getHostAddress(),
                        https.getPort(),
                        certificate.chain(),
                        certificate.key());
    }

    @Override
    public String name() {
        return "nginx";
    }

    @Override
    public InetSocketAddress https() {
        return https;
    }

    /** Of the master and its workers. */
    @Override
    public ProcessUsage usage() {
        return ProcessUsage.ofTree(process.pid());
    }

    @Override
    public void close() {
        process.close();
    }
}
