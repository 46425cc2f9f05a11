package dev.anyhost.benchmarks;

import dev.anyhost.testkit.ChildProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** HAProxy with two threads: HTTP/2, kept connections to the origin, a line of JSON for each request. */
final class Haproxy implements Contender {

    private static final InetAddress ADDRESS = InetAddress.ofLiteral("127.0.0.5");

    private final ChildProcess process;
    private final InetSocketAddress https;

    private Haproxy(ChildProcess process, InetSocketAddress https) {
        this.process = process;
        this.https = https;
    }

    static Haproxy start(Surroundings around, PemFiles certificate) throws IOException {
        InetSocketAddress https = new InetSocketAddress(ADDRESS, around.httpsPort());
        Path file = Files.writeString(around.folder().resolve("haproxy.cfg"), """
                global
                  nbthread 2
                  maxconn 9000
                  log stdout format raw local0 info
                defaults
                  mode http
                  log global
                  log-format '{"time":"%%tr","client":"%%ci","request":%%{+Q}r,"status":%%ST,"bytes_in":%%U,"bytes_out":%%B,"ms":%%Ta}'
                  timeout connect 5s
                  timeout client 300s
                  timeout server 300s
                  timeout tunnel 300s
                  timeout http-request 10s
                  timeout http-keep-alive 300s
                  http-reuse always
                  option forwardfor
                frontend edge
                  bind %s:%d ssl crt %s alpn h2,http/1.1 backlog 4096
                  http-request set-header X-Forwarded-Proto https
                  http-request set-header X-Forwarded-Host %%[req.hdr(host)]
                  default_backend origin
                backend origin
                  server origin 127.0.0.1:%d
                """.formatted(
                        ADDRESS.getHostAddress(),
                        https.getPort(),
                        certificate.together(),
                        around.origin().uri().getPort()));
        ChildProcess process = LoggedChild.start(
                List.of(around.programs().haproxy().toString(), "-db", "-f", file.toString()),
                Map.of(),
                around.folder().resolve("haproxy.log"));
        LoggedChild.awaitListening(process, https);
        return new Haproxy(process, https);
    }

    @Override
    public String name() {
        return "HAProxy";
    }

    @Override
    public InetSocketAddress https() {
        return https;
    }

    @Override
    public ProcessUsage usage() {
        return ProcessUsage.of(process.pid());
    }

    @Override
    public void close() {
        process.close();
    }
}
