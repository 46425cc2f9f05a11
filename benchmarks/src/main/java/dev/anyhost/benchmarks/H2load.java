package dev.anyhost.benchmarks;

import dev.anyhost.testkit.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The load generator h2load, for HTTP/2 as fast as the answers come, and for any rate that is kept.
 *
 * @param program from Debian's nghttp2-client
 * @param protocol what must be spoken, as ALPN calls it
 * @param streams requests at a time on each connection
 */
record H2load(Path program, Path folder, String protocol, int connections, int streams) {

    static final String H1 = "http/1.1";
    static final String H2 = "h2";

    private static final Pattern FINISHED = Pattern.compile("(?m)^finished in [^,]+, ([0-9.]+) req/s");
    private static final Pattern SPOKEN = Pattern.compile("(?m)^Application protocol: (\\S+)$");
    private static final Pattern STATUS =
            Pattern.compile("(?m)^status codes: (\\d+) 2xx, (\\d+) 3xx, (\\d+) 4xx, (\\d+) 5xx");
    private static final Pattern LAST = Pattern.compile("^req/s .*");
    private static final double MICROS_PER_MILLI = 1e3;

    /** Loads {@code contender} as fast as it answers. */
    Wrk.Run run(Contender contender, String hostname, int seconds) throws IOException {
        return parse(output(contender, hostname, seconds, List.of()));
    }

    /**
     * What a rate that is kept comes to.
     *
     * @param perSecond less than was wanted where it couldn't be kept
     * @param millis how long each request took
     */
    record Paced(double perSecond, Samples millis) {}

    /**
     * Sends {@code perSecond} requests a second, spread evenly over the connections. A request that is due while its
     * connection still waits for an answer is sent later, and its time counts from then.
     *
     * @throws IOException when a request failed
     */
    Paced paced(Contender contender, String hostname, int seconds, int perSecond) throws IOException {
        Path log = folder.resolve("h2load.tsv");
        Files.deleteIfExists(log);
        Wrk.Run run = parse(output(
                contender,
                hostname,
                seconds,
                List.of("--rps=" + (double) perSecond / connections, "--log-file=" + log)));
        Samples millis = new Samples();
        try (Stream<String> lines = Files.lines(log)) {
            lines.map(line -> line.split("\t", -1)[2])
                    .forEach(micros -> millis.add(Double.parseDouble(micros) / MICROS_PER_MILLI));
        }
        return new Paced(run.perSecond(), millis);
    }

    private String output(Contender contender, String hostname, int seconds, List<String> more) {
        int port = contender.https().getPort();
        List<String> command = new ArrayList<>(List.of(
                program.toString(),
                "--npn-list=" + protocol,
                "-t1",
                "-c" + connections,
                "-m" + streams,
                "-D" + seconds,
                "--connect-to=" + contender.https().getAddress().getHostAddress() + ":" + port));
        command.addAll(more);
        command.add("https://" + hostname + ":" + port + "/");
        try (ChildProcess h2load = ChildProcess.start(command)) {
            h2load.awaitLine(LAST, Duration.ofSeconds(seconds + 30L));
            return String.join("\n", h2load.output());
        }
    }

    /** What is under way when time is up counts as failed there; so what counts here is that nothing else was answered than 2xx. */
    Wrk.Run parse(String output) throws IOException {
        MatchResult rate = found(FINISHED, output);
        MatchResult status = found(STATUS, output);
        String spoken = found(SPOKEN, output).group(1);
        boolean refused =
                Stream.of(2, 3, 4).anyMatch(group -> !status.group(group).equals("0"));
        if (refused || !spoken.equals(protocol)) {
            throw new IOException("h2load: " + spoken + ", " + status.group() + " (expected: " + protocol + ", 2xx)");
        }
        return new Wrk.Run(Long.parseLong(status.group(1)), Double.parseDouble(rate.group(1)));
    }

    private static MatchResult found(Pattern pattern, String output) throws IOException {
        return pattern.matcher(output).results().findFirst().orElseThrow(() -> new IOException("h2load: " + output));
    }
}
