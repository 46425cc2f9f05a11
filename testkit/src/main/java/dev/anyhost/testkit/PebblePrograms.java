package dev.anyhost.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Which pebble is run. Debian 12 has 2.4.0; newer ones (ARI, profiles) may lie in a folder of their own, and name some
 * options of the challenge test server differently.
 *
 * @param pebble the ACME server
 * @param challengeServer its DNS server
 */
public record PebblePrograms(Path pebble, Path challengeServer) {

    /**
     * The installed ones.
     *
     * @throws ChildFailed naming the missing program and the package that has it
     */
    public static PebblePrograms onPath() {
        return new PebblePrograms(installed("pebble"), installed("pebble-challtestsrv"));
    }

    /** Those in {@code folder}, for example an unpacked package's {@code usr/bin}. */
    public static PebblePrograms in(Path folder) {
        return new PebblePrograms(folder.resolve("pebble"), folder.resolve("pebble-challtestsrv"));
    }

    /** Those with ARI (RFC 9773), as {@code scripts/unpack-parts unstable/pebble} leaves them beside the modules. */
    public static PebblePrograms unstable() {
        return in(Path.of("..", "target", "parts", "unstable", "usr", "bin")
                .toAbsolutePath()
                .normalize());
    }

    /** The challenge server's options after which the address of its DNS comes: they were renamed after 2.4. */
    List<String> dnsListenerOption() {
        try (ChildProcess help = ChildProcess.start(List.of(challengeServer.toString(), "-help"))) {
            List<String> options = help.outputAtEnd(Duration.ofSeconds(10));
            String listener = hasOption(options, "-dnsserver") ? "-dnsserver" : "-dns01";
            return hasOption(options, "-doh") ? List.of("-doh", "", listener) : List.of(listener);
        }
    }

    private static boolean hasOption(List<String> help, String option) {
        return help.stream().anyMatch(line -> line.strip().startsWith(option + " "));
    }

    private static Path installed(String program) {
        return ChildProcess.find(program)
                .orElseThrow(
                        () -> new ChildFailed(program + " is missing (Debian and Ubuntu: apt-get install pebble)"));
    }
}
