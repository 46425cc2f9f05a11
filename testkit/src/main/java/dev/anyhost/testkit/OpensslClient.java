package dev.anyhost.testkit;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * {@code openssl s_client} as a child process. Unlike the clients inside this JVM it resumes exactly when it is told to,
 * from a file that may have been written with another server or hostname.
 *
 * @param server where to connect to, whatever the hostname
 * @param options more of {@code s_client}'s, for example {@code -tls1_2} or {@code -alpn h2}
 * @param limit of one run
 */
public record OpensslClient(InetSocketAddress server, List<String> options, Duration limit) {

    private static final Pattern AGREED = Pattern.compile("(?m)^(New|Reused), (TLSv[0-9.]+), Cipher is (\\S+)$");
    private static final String NO_CERTIFICATE = "no peer certificate available";
    private static final Pattern PROTOCOL = Pattern.compile("(?m)^ALPN protocol: (\\S+)$");
    private static final Pattern ALERT = Pattern.compile("SSL alert number (\\d+)");
    private static final Pattern LEAF =
            Pattern.compile("(?s)Server certificate\\n(-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----)");

    public OpensslClient {
        options = List.copyOf(options);
    }

    /**
     * How a run went.
     *
     * @param resumed whether an earlier session was continued; false also when the handshake failed
     * @param protocol {@code TLSv1.3} or {@code TLSv1.2}; empty when the handshake failed
     * @param alpn the application protocol, if one was agreed on
     * @param leaf the server's certificate; that of the first handshake when resumed
     * @param verified whether the certificate is good for the hostname; needs {@link #trusting(Path)}
     * @param alert the number of the alert that the server sent, if any
     * @param output all that openssl and the server said
     */
    public record Run(
            boolean resumed,
            Optional<String> protocol,
            Optional<String> alpn,
            Optional<X509Certificate> leaf,
            boolean verified,
            Optional<Integer> alert,
            String output) {

        public boolean connected() {
            return protocol.isPresent();
        }
    }

    /** One for 127.0.0.1:{@code port} that takes any certificate. */
    public static OpensslClient to(int port) {
        return new OpensslClient(new InetSocketAddress(Ports.loopback(), port), List.of(), Duration.ofSeconds(20));
    }

    /** With more options, after those there are. */
    public OpensslClient with(String... more) {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of(more));
        return new OpensslClient(server, all, limit);
    }

    /** Fails handshakes whose certificate isn't good: {@code roots} is a PEM file. */
    public OpensslClient trusting(Path roots) {
        return with("-verify_return_error", "-CAfile", roots.toString());
    }

    /** A new session, written to {@code session}: that needs a server which sends something, so the request matters. */
    public Run start(String hostname, Path session, String request) {
        return run(hostname, request, List.of("-sess_out", session.toString()));
    }

    /** Offers the session in the file, which may be another hostname's. */
    public Run resume(String hostname, Path session, String request) {
        return run(hostname, request, List.of("-sess_in", session.toString()));
    }

    /**
     * Connects, sends {@code request}, and waits for the server to end the connection (or {@code limit}).
     *
     * @param hostname sent as SNI, and verified when roots are trusted
     * @param request should make the server close: {@code Connection: close}
     */
    public Run run(String hostname, String request) {
        return run(hostname, request, List.of());
    }

    private Run run(String hostname, String request, List<String> session) {
        try (TemporaryFolder folder = TemporaryFolder.create("anyhost-openssl-")) {
            Path input = folder.write("request", request);
            try (ChildProcess child =
                    ChildProcess.start(command(input, hostname, session), Map.of(), Optional.of(folder.path()))) {
                child.endedWithin(limit);
                child.terminate(limit);
                return parse(String.join("\n", child.outputAtEnd(limit)));
            }
        }
    }

    /** The shell only gives openssl its input, and becomes openssl. */
    private List<String> command(Path input, String hostname, List<String> session) {
        List<String> command = new ArrayList<>(List.of(
                "sh",
                "-c",
                "input=$1; shift; exec openssl s_client \"$@\" <\"$input\"",
                "sh",
                input.toString(),
                "-ign_eof",
                "-connect",
                server.getAddress().getHostAddress() + ":" + server.getPort(),
                "-servername",
                hostname,
                "-verify_hostname",
                hostname));
        command.addAll(options);
        command.addAll(session);
        return command;
    }

    private static Run parse(String output) {
        // The line about what was agreed on is printed for handshakes that failed later, too.
        Optional<MatchResult> agreed = output.contains(NO_CERTIFICATE) ? Optional.empty() : first(AGREED, output);
        return new Run(
                agreed.map(match -> match.group(1).equals("Reused")).orElse(false),
                agreed.map(match -> match.group(2)),
                first(PROTOCOL, output).map(match -> match.group(1)),
                first(LEAF, output).map(match -> Trust.parse(match.group(1)).getFirst()),
                output.contains("\nVerification: OK\n"),
                first(ALERT, output).map(match -> Integer.parseInt(match.group(1))),
                output);
    }

    private static Optional<MatchResult> first(Pattern pattern, String output) {
        return pattern.matcher(output).results().findFirst();
    }
}
