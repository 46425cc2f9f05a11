package dev.anyhost.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.EdgeProxy;
import dev.anyhost.testkit.OpensslClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A ticket of one hostname resumes for that hostname and never under another. */
class TicketTest {

    private static final List<String> HOSTS = List.of("a.example", "b.example", "c.example", "d.example");
    private static final int ROUNDS = 5;

    @TempDir
    static Path folder;

    private static TestSystem system;
    private static EdgeProxy proxy;

    @BeforeAll
    static void start() throws Exception {
        system = new TestSystem(folder);
        proxy = system.proxy();
        for (String host : HOSTS) {
            system.allow(host);
            system.client(system.httpsPort).handshake(host);
        }
    }

    @AfterAll
    static void stop() throws Exception {
        proxy.close();
        system.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void ticket_resumesForItsOwnHostnameOnlyAlsoUnderConcurrency(String version) throws Exception {
        var client = OpensslClient.to(system.httpsPort).with(version);
        for (String host : HOSTS) {
            assertThat(client.start(host, session(version, host), request(host)).resumed())
                    .isFalse();
        }
        List<Future<Boolean>> own = new ArrayList<>();
        List<Future<Boolean>> foreign = new ArrayList<>();
        try (var visitors = Executors.newFixedThreadPool(4)) {
            for (int round = 0; round < ROUNDS; round++) {
                for (String ticket : HOSTS) {
                    for (String host : HOSTS) {
                        (ticket.equals(host) ? own : foreign)
                                .add(visitors.submit(resume(client, version, ticket, host)));
                    }
                }
            }
        }
        for (Future<Boolean> reused : own) {
            assertThat(reused.get()).as("resumes for its own hostname").isTrue();
        }
        for (Future<Boolean> reused : foreign) {
            assertThat(reused.get()).as("resumes under another hostname").isFalse();
        }
    }

    private static Callable<Boolean> resume(OpensslClient client, String version, String ticket, String host) {
        return () ->
                client.resume(host, session(version, ticket), request(host)).resumed();
    }

    private static Path session(String version, String host) {
        return folder.resolve(host + version);
    }

    private static String request(String host) {
        return "GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
    }
}
