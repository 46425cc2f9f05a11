package dev.anyhost.local;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.anyhost.testkit.ChildProcess;
import dev.anyhost.testkit.TlsClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * A short life of a deployed proxy, so that the JVM sees what it will do: start, a name's first visit with its order at a CA,
 * requests, refused names, an orderly end. The build trains the AOT cache with it (JEP 514).
 */
public final class Rehearsal {

    private static final int VISITS = 40;
    private static final Duration END_LIMIT = Duration.ofMinutes(2); // the JVM writes its cache when it ends

    private final LocalDeployment deployment;
    private final ChildProcess proxy;

    private Rehearsal(LocalDeployment deployment, ChildProcess proxy) {
        this.deployment = deployment;
        this.proxy = proxy;
    }

    /**
     * Runs a command that starts a proxy with the image's configuration, visits it and ends it. Exits with 1 when it doesn't
     * serve or doesn't end in order.
     */
    public static void main(String[] command) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("anyhost-rehearsal");
        try (var deployment = LocalDeployment.start(folder);
                var proxy = ChildProcess.start(List.of(command), deployment.environment(), Optional.empty())) {
            var rehearsal = new Rehearsal(deployment, proxy);
            deployment.awaitReady(proxy);
            rehearsal.visit();
            int code = proxy.terminate(END_LIMIT);
            if (code != 0) {
                throw rehearsal.failed("ended with " + code + " (expected: 0)");
            }
        }
        System.exit(0);
    }

    private void visit() throws IOException, InterruptedException {
        var visitor = TlsClient.to(deployment.httpsPort(), deployment.pebble().issuingRoots())
                .withAlpn("http/1.1");
        for (int i = 0; i < VISITS; i++) {
            String answer = new String(visitor.exchange(LocalStack.ALLOWED, request(i)), US_ASCII);
            if (!answer.startsWith("HTTP/1.1 200 ")) {
                throw failed("answered " + answer.lines().findFirst().orElse("nothing"));
            }
        }
        try {
            visitor.handshake(LocalStack.REFUSED);
            throw failed(LocalStack.REFUSED + " was served");
        } catch (SSLException refused) {
            // as it should be
        }
        deployment.plainStatus(deployment.httpPort(), "/redirected");
        deployment.plainStatus(deployment.adminPort(), "/metrics");
    }

    private static byte[] request(int number) {
        boolean get = number % 2 == 0;
        return ((get ? "GET" : "POST") + " /" + number + " HTTP/1.1\r\nHost: " + LocalStack.ALLOWED + "\r\n"
                        + "Connection: close\r\n" + (get ? "\r\n" : "Content-Length: 4\r\n\r\nbody"))
                .getBytes(US_ASCII);
    }

    private IllegalStateException failed(String what) {
        return new IllegalStateException(what + "\n" + String.join("\n", proxy.output()));
    }
}
