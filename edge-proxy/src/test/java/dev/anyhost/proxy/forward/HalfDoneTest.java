package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.ProxyFixture.Setup;
import dev.anyhost.testkit.RawOrigin;
import java.io.UncheckedIOException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests answered before they are complete, bodies that wait to be asked for, and connections closed on one side. */
class HalfDoneTest {

    private static final String HOST = "Host: shop.example.com\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final String EXPECTING = "POST / HTTP/1.1\r\n" + HOST + "Expect: 100-continue\r\n";

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 3", "Transfer-Encoding: chunked"})
    void expectingClient_isNotAskedForItsBodyBeforeTheOriginAsks(String framing) throws InterruptedException {
        var arrived = new CountDownLatch(1);
        var answer = new CountDownLatch(1);
        try (var origin = RawOrigin.start(connection -> {
                    assertThat(connection.readHead().orElseThrow().header("Expect"))
                            .contains("100-continue");
                    arrived.countDown();
                    await(answer);
                    connection.write("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n");
                    connection.read(framing.startsWith("C") ? 3 : 13);
                    connection.write(OK);
                });
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            client.send(EXPECTING + framing + "\r\n\r\n");
            arrived.await();
            answer.countDown();
            assertThat(client.readHead()).startsWith("HTTP/1.1 103 ");
            assertThat(client.readHead()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            client.send(framing.startsWith("C") ? "abc" : "3\r\nabc\r\n0\r\n\r\n");
            assertThat(client.readHead() + client.read(2)).isEqualTo(OK);
        }
    }

    @ParameterizedTest
    @CsvSource({"417 Expectation Failed, Content-Length: 3", "401 Unauthorized, Transfer-Encoding: chunked"})
    void refusalInsteadOf100_isRelayedAndEndsBothConnections(String status, String framing)
            throws InterruptedException {
        var ended = new CountDownLatch(1);
        try (var origin = RawOrigin.start(connection -> {
                    connection.readHead();
                    connection.write("HTTP/1.1 " + status + "\r\nContent-Length: 2\r\n\r\nno");
                    assertThat(connection.readToEnd()).isEmpty();
                    ended.countDown();
                });
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            client.send(EXPECTING + framing + "\r\n\r\n");
            assertThat(client.readToEnd())
                    .isEqualTo("HTTP/1.1 " + status + "\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
            ended.await();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Expect: 200-ok",
                "Expect: 100-continue, x",
                "Expect: x 100-continue",
                "Expect:",
                "Expect: 100-continue\r\nExpect: 100-continue"
            })
    void otherExpectations_are417AndReachNoOrigin(String field) {
        try (var origin = RawOrigin.start(RawOrigin.Script.answering(OK));
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\n" + HOST + field + "\r\nContent-Length: 3\r\n\r\nabc");
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 417 ").contains("Connection: close");
            assertThat(origin.connections()).isEmpty();
        }
    }

    @Test
    void expectationWithoutABody_isNotPassedOn() {
        try (var origin = RawOrigin.start(RawOrigin.Script.answering(OK));
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            client.send("GET / HTTP/1.1\r\n" + HOST + "Expect: 100-continue\r\n\r\n")
                    .readHead();
            assertThat(origin.takeRequest().headers("Expect")).isEmpty();
            client.read(2);
            client.send(EXPECTING + "Content-Length: 0\r\n\r\n").readHead();
            assertThat(origin.takeRequest().headers("Expect")).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 50000000", "Transfer-Encoding: chunked"})
    void earlyAnswer_reachesAClientThatIsStillSending(String framing) {
        String refusal = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno";
        try (var origin = RawOrigin.start(connection -> {
                    connection.readHead();
                    connection.write(refusal);
                    connection.close(); // with much of the body unread, which resets
                });
                var proxy = ProxyFixture.to(origin.uri())) {
            for (int i = 0; i < 10; i++) {
                try (var client = proxy.connect()) {
                    client.send("POST / HTTP/1.1\r\n" + HOST + framing + "\r\n\r\n");
                    sendUntilItFails(
                            client,
                            framing.startsWith("T") ? "1000\r\n" + "x".repeat(4096) + "\r\n" : "x".repeat(4096));
                    assertThat(client.readHead() + client.read(2))
                            .startsWith("HTTP/1.1 413 ")
                            .contains("Connection: close")
                            .endsWith("no");
                }
            }
            assertThat(origin.connections()).as("a connection for each request").hasSize(10);
        }
    }

    /** At most 4 MiB, which fits into no buffer on the way but ours and the kernel's. */
    private static void sendUntilItFails(WireClient client, String piece) {
        try {
            for (int i = 0; i < 1_000; i++) {
                client.send(piece);
            }
        } catch (UncheckedIOException closed) {
            assertThat(closed.getCause()).isNotNull();
        }
    }

    @Test
    void earlyAnswersRest_isNeverTakenForARequest() {
        try (var origin = RawOrigin.start(connection -> {
                    connection.readHead();
                    connection.write(OK);
                    connection.readToEnd();
                });
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\n" + HOST + "Content-Length: 1000\r\n\r\nabc");
            client.readHead();
            client.get("/smuggled");
            assertThat(client.readToEnd()).isEqualTo("ok");
            assertThat(origin.connections()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\nX: y", "POST / HTTP/1.1\r\nContent-Length: 0"})
    void clientThatEndsItsSide_getsItsResponseAndThenTheEnd(String request) {
        var ended = new CountDownLatch(1);
        try (var origin = RawOrigin.start(connection -> {
                    connection.readHead();
                    await(ended);
                    connection.write(OK);
                    connection.readToEnd();
                });
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            client.send(request + "\r\n" + HOST + "\r\n").finishOutput();
            proxy.settle();
            ended.countDown();
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 200 ").endsWith("ok");
        }
    }

    @Test
    void clientThatEndsItsSideWithinItsRequest_isLeft() throws InterruptedException {
        var ended = new CountDownLatch(1);
        try (var origin = RawOrigin.start(connection -> {
                    connection.readHead();
                    connection.readToEnd();
                    ended.countDown();
                });
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\n" + HOST + "Content-Length: 10\r\n\r\nabc")
                    .finishOutput();
            ended.await();
            assertThat(proxy.record().error()).contains(RequestError.CLIENT_LEFT);
            assertThat(client.readToAnyEnd()).isEmpty();
        }
    }

    @Test
    void tlsClientThatEndsItsConnectionOnly_getsItsResponse() throws Exception {
        var ended = new CountDownLatch(1);
        try (var origin = RawOrigin.start(connection -> {
                    connection.readHead();
                    await(ended);
                    connection.write(OK);
                    connection.readToEnd();
                });
                var proxy = ProxyFixture.start(Setup.to(origin.uri()).withTls());
                var plain = new java.net.Socket(java.net.InetAddress.getLoopbackAddress(), proxy.port());
                var client = new WireClient(ProxyFixture.CA
                        .clientContext()
                        .getSocketFactory()
                        .createSocket(plain, ProxyFixture.SHOP.value(), proxy.port(), true))) {
            client.get("/");
            plain.shutdownOutput();
            proxy.settle();
            ended.countDown();
            assertThat(client.readHead() + client.read(2))
                    .startsWith("HTTP/1.1 200 ")
                    .endsWith("ok");
        }
    }

    @Test
    void originThatEndsItsSide_hasGivenAWholeResponse() {
        try (var origin = RawOrigin.start(connection -> {
                    connection.readRequest();
                    connection.write("HTTP/1.1 200 OK\r\n\r\nuntil the end");
                    connection.finishOutput();
                    connection.readToEnd();
                });
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            assertThat(client.get("/").readHead()).contains("Transfer-Encoding: chunked");
            assertThat(client.read(23)).isEqualTo("d\r\nuntil the end\r\n0\r\n\r\n".substring(0, 23));
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
