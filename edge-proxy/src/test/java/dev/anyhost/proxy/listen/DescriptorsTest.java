package dev.anyhost.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A real process with few file descriptors and more clients than that. */
class DescriptorsTest {

    private static final int DESCRIPTORS = 300;
    private static final int CLIENTS = 400;

    private final List<Socket> clients = new ArrayList<>();
    private final AtomicInteger failures = new AtomicInteger();
    private final Process process;

    DescriptorsTest() throws IOException {
        process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "ulimit -n " + DESCRIPTORS + " && exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AcceptingProcess.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    @AfterEach
    void stop() throws Exception {
        for (Socket client : clients) {
            client.close();
        }
        process.getOutputStream().close();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    private static int port(BufferedReader said) throws IOException {
        String line = said.readLine();
        while (!line.startsWith(AcceptingProcess.PORT)) {
            line = said.readLine();
        }
        return Integer.parseInt(line.substring(AcceptingProcess.PORT.length()));
    }

    private Socket connect(int port) throws IOException {
        var client = new Socket(InetAddress.getLoopbackAddress(), port);
        client.setSoTimeout(30_000);
        client.setTcpNoDelay(true);
        clients.add(client);
        return client;
    }

    private static void assertServed(Socket client) throws IOException {
        client.getOutputStream().write('x');
        assertThat(client.getInputStream().read()).isEqualTo('x');
    }

    private void awaitFailures(int count) {
        while (failures.get() < count) {
            Thread.onSpinWait();
            assertThat(process.isAlive()).isTrue();
        }
    }

    @Test
    void exhaustion_pausesAcceptingLeavesConnectionsAloneAndPasses() throws IOException {
        BufferedReader said = process.inputReader(StandardCharsets.US_ASCII);
        int port = port(said);
        Thread.ofVirtual()
                .start(() -> said.lines()
                        .filter(AcceptingProcess.FAILED::equals)
                        .forEach(line -> failures.incrementAndGet()));
        Socket first = connect(port);
        assertServed(first);
        long start = System.nanoTime();
        while (clients.size() < CLIENTS) {
            var _ = connect(port); // Those that aren't accepted wait in the kernel.
        }
        awaitFailures(1);
        assertServed(first);
        awaitFailures(3);
        assertServed(first);
        // A loop that tried again at once would fail thousands of times in the same time.
        assertThat(failures.get())
                .isLessThanOrEqualTo((int) TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start) + 2);

        for (Socket client : clients.subList(1, CLIENTS - 1)) {
            client.close();
        }
        assertServed(clients.getLast());
        assertServed(first);
    }
}
