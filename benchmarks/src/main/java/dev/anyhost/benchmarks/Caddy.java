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

/** Caddy with {@code on_demand_tls} and {@code ask}, all else at its default; certificates in files, as it does. */
final class Caddy implements Contender {

    private final Mode mode;
    private final ChildProcess process;
    private final InetSocketAddress https;

    private Caddy(Mode mode, ChildProcess process, InetSocketAddress https) {
        this.mode = mode;
        this.process = process;
        this.https = https;
    }

    /** Each on a loopback address of its own, so that all can have the ports at which the CA checks. */
    enum Mode {
        /** Caddy's default: no line for a request. */
        PLAIN("Caddy", "127.0.0.2", ""),
        /** A line for each request, as ours writes it. */
        WITH_ACCESS_LOG("Caddy + access log", "127.0.0.3", "log");

        private final String label;
        private final InetAddress address;
        private final String directive;

        Mode(String label, String address, String directive) {
            this.label = label;
            this.address = InetAddress.ofLiteral(address);
            this.directive = directive;
        }

        private Path file(Path folder, String suffix) {
            return folder.resolve("caddy-" + name().toLowerCase(Locale.ROOT) + suffix);
        }
    }

    /** Starts one as it comes: without an access log. */
    static Caddy start(Surroundings around) throws IOException {
        return start(around, Mode.PLAIN);
    }

    static Caddy start(Surroundings around, Mode mode) throws IOException {
        ChildProcess process = LoggedChild.start(
                List.of(
                        around.programs().caddy().toString(),
                        "run",
                        "--adapter",
                        "caddyfile",
                        "--config",
                        configuration(around, mode).toString()),
                Map.of("HOME", around.folder().toString()),
                mode.file(around.folder(), ".log"));
        InetSocketAddress https = new InetSocketAddress(mode.address, around.httpsPort());
        LoggedChild.awaitListening(process, https);
        return new Caddy(mode, process, https);
    }

    private static Path configuration(Surroundings around, Mode mode) throws IOException {
        return Files.writeString(mode.file(around.folder(), ".caddyfile"), """
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
                  %s
                  reverse_proxy %s
                }
                """.formatted(
                        mode.address.getHostAddress(),
                        around.httpPort(),
                        around.httpsPort(),
                        around.ca().directory(),
                        around.ca().trustedRoots(),
                        mode.file(around.folder(), "-storage"),
                        around.ask().uri(),
                        mode.directive,
                        around.origin().uri()));
    }

    @Override
    public String name() {
        return mode.label;
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
