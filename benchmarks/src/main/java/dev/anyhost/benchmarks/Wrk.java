package dev.anyhost.benchmarks;

import dev.anyhost.testkit.ChildProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The load generator wrk: HTTP/1.1 over TLS, as fast as the answers come.
 *
 * @param path of every request
 * @param kept whether connections are; if not, each request has one, and resumes the connection's former session
 */
record Wrk(Path folder, int connections, String path, boolean kept) {

    private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in ");
    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
    private static final Pattern NOT_OK = Pattern.compile("Non-2xx or 3xx responses: (\\d+)|Socket errors: (.*)");

    /** On kept connections, for the origin's one KiB. */
    Wrk(Path folder, int connections) {
        this(folder, connections, "/", true);
    }

    /**
     * What a run reached.
     *
     * @param requests answered in all
     * @param perSecond and in a second
     */
    record Run(long requests, double perSecond) {}

    /**
     * Loads {@code server} for {@code seconds}.
     *
     * @param hostname is sent as SNI and Host; no resolver is asked
     * @throws IOException when a request failed: then there is nothing to compare
     */
    Run run(InetSocketAddress server, String hostname, int seconds) throws IOException {
        Path script = Files.writeString(
                folder.resolve("resolve.lua"),
                "wrk.resolve = function(host, service) wrk.addrs = wrk.lookup(\""
                        + server.getAddress().getHostAddress() + "\", service) end\n");
        List<String> command = new ArrayList<>(List.of(
                "wrk",
                "-t1",
                "-c" + connections,
                "-d" + seconds + "s",
                "-s",
                script.toString(),
                "https://" + hostname + ":" + server.getPort() + path));
        if (!kept) {
            command.addAll(List.of("-H", "Connection: close"));
        }
        try (ChildProcess wrk = ChildProcess.start(command)) {
            wrk.awaitLine(RATE, Duration.ofSeconds(seconds + 30L));
            return parse(wrk.output());
        }
    }

    static Run parse(List<String> output) throws IOException {
        List<String> wrong = new ArrayList<>();
        long requests = -1;
        double perSecond = -1;
        for (String line : output) {
            Matcher failures = NOT_OK.matcher(line);
            if (failures.find()) {
                wrong.add(failures.group());
            }
            Matcher total = REQUESTS.matcher(line);
            requests = total.find() ? Long.parseLong(total.group(1)) : requests;
            Matcher rate = RATE.matcher(line);
            perSecond = rate.find() ? Double.parseDouble(rate.group(1)) : perSecond;
        }
        if (!wrong.isEmpty() || requests < 0 || perSecond < 0) {
            throw new IOException("wrk: " + (wrong.isEmpty() ? output : wrong));
        }
        return new Run(requests, perSecond);
    }
}
