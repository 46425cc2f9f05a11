package dev.anyhost.benchmarks;

import dev.anyhost.testkit.ChildProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Caddy: as an edge for any hostname, with {@code on_demand_tls} and {@code ask} and all else at its default; or in front of
 * one name, with its certificate in files and a line of JSON for each request.
 */
final class Caddy implements Contender {

    /** As in Caddy's own releases; Debian builds it in a way that switches the hybrid group off. */
    private static final String HYBRID_KEYS = "tlsmlkem=1";

    private final ChildProcess process;
    private final InetSocketAddress https;

    private Caddy(ChildProcess process, InetSocketAddress https) {
        this.process = process;
        this.https = https;
    }

    /** Each on a loopback address of its own, so that all can have the ports at which the CA checks. */
    private enum Mode {
        ON_DEMAND("127.0.0.2"),
        WITH_FILES("127.0.0.3");

        private final InetAddress address;

        Mode(String address) {
            this.address = InetAddress.ofLiteral(address);
        }

        private Path file(Path folder, String suffix) {
            return folder.resolve("caddy-" + name().toLowerCase(Locale.ROOT) + suffix);
        }
    }

    /** Starts one as it comes: it asks, orders, and writes no access log. */
    static Caddy start(Surroundings around) throws IOException {
        return start(around, Mode.ON_DEMAND, onDemand(around));
    }

    /** Starts one in front of {@code hostname}. */
    static Caddy start(Surroundings around, String hostname, PemFiles certificate) throws IOException {
        return start(around, Mode.WITH_FILES, withFiles(around, hostname, certificate));
    }

    private static Caddy start(Surroundings around, Mode mode, String configuration) throws IOException {
        Path file = Files.writeString(mode.file(around.folder(), ".caddyfile"), configuration);
        ChildProcess process = LoggedChild.start(
                List.of(
                        around.programs().caddy().toString(),
                        "run",
                        "--adapter",
                        "caddyfile",
                        "--config",
                        file.toString()),
                Map.of("HOME", around.folder().toString(), "GODEBUG", HYBRID_KEYS),
                mode.file(around.folder(), ".log"));
        InetSocketAddress https = new InetSocketAddress(mode.address, around.httpsPort());
        LoggedChild.awaitListening(process, https);
        return new Caddy(process, https);
    }

    private static String onDemand(Surroundings around) {
        return """
                {
                  admin off
                  persist_config off
                  default_bind %s
                  http_port %d
                  https_port %d
                  email ops@example.com
                  acme_ca %s
                  acme_ca_root %s
                  storage file_system %s
                  on_demand_tls {
                    ask %s
                  }
                }
                https:// {
                  tls {
                    on_demand
                  }
                  reverse_proxy %s
                }
                """.formatted(
                        Mode.ON_DEMAND.address.getHostAddress(),
                        around.httpPort(),
                        around.httpsPort(),
                        around.ca().directory(),
                        around.ca().trustedRoots(),
                        Mode.ON_DEMAND.file(around.folder(), "-storage"),
                        around.ask().uri(),
                        around.origin().uri());
    }

    /** It keeps as many connections to the origin as the others: its own 32 would have it reconnect all the time. */
    private static String withFiles(Surroundings around, String hostname, PemFiles certificate) {
        return """
                {
                  admin off
                  persist_config off
                  default_bind %s
                  http_port %d
                  https_port %d
                  storage file_system %s
                }
                https://%s {
                  tls %s %s
                  log
                  reverse_proxy %s {
                    transport http {
                      keepalive_idle_conns_per_host 256
                    }
                  }
                }
                """.formatted(
                        Mode.WITH_FILES.address.getHostAddress(),
                        around.httpPort(),
                        around.httpsPort(),
                        Mode.WITH_FILES.file(around.folder(), "-storage"),
                        hostname,
                        certificate.chain(),
                        certificate.key(),
                        around.origin().uri());
    }

    @Override
    public String name() {
        return "Caddy";
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
