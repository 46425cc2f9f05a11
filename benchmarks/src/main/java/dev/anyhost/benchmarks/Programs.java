package dev.anyhost.benchmarks;

import dev.anyhost.testkit.ChildProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The programs of a run, and the folder for what they write.
 *
 * @param anyhost the launcher, as people call it
 * @param caddy from Debian unstable
 * @param nginx the origin, and a peer
 * @param haproxy a peer
 * @param h2load a load generator
 * @param askFunction the package that is deployed
 * @param distribution the link that scripts/package leaves; need not be there
 * @param work one folder for each benchmark is made in here
 */
record Programs(
        Path anyhost,
        Path caddy,
        Path nginx,
        Path haproxy,
        Path h2load,
        Path askFunction,
        Path distribution,
        Path work) {

    private static final java.time.Duration LIMIT = java.time.Duration.ofSeconds(10);

    /** Those of a checkout whose {@code scripts/install-peers} ran, else those on PATH. */
    static Programs of(Path checkout) {
        Path peers = checkout.resolve("target/peers/usr");
        return new Programs(
                checkout.resolve("scripts/anyhost"),
                found(peers.resolve("bin/caddy"), "caddy"),
                found(peers.resolve("sbin/nginx"), "nginx"),
                found(peers.resolve("sbin/haproxy"), "haproxy"),
                found(peers.resolve("bin/h2load"), "h2load"),
                checkout.resolve("domain-verifier-lambda/target/lambda-ask.zip"),
                checkout.resolve("target/distribution/current"),
                checkout.resolve("target/benchmarks"));
    }

    private static Path found(Path unpacked, String name) {
        return Stream.of(unpacked.toString(), name)
                .flatMap(program -> ChildProcess.find(program).stream())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(name + " is missing: scripts/install-peers"));
    }

    /** What a result has to be read with. */
    String versions() {
        return "Caddy %s, %s, %s, %s, JDK %s, %d processors"
                .formatted(
                        firstLine(List.of(caddy.toString(), "version")),
                        firstLine(List.of(nginx.toString(), "-v")).replace("nginx version: ", ""),
                        firstLine(List.of(haproxy.toString(), "-v")).replaceAll(" - .*", ""),
                        firstLine(List.of(h2load.toString(), "--version")),
                        Runtime.version(),
                        Runtime.getRuntime().availableProcessors());
    }

    private static String firstLine(List<String> command) {
        try (ChildProcess child = ChildProcess.start(command)) {
            return child.awaitLine(Pattern.compile(".+"), LIMIT).group();
        }
    }
}
