package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.ProxyFixture.Setup;
import dev.anyhost.testkit.Ports;
import dev.anyhost.testkit.RawOrigin;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Origins and clients that misbehave, die, or are slow. */
class FailureTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @Test
    void originThatRefusesConnections_is502AndTheClientMayGoOn() {
        URI nowhere = URI.create("http://127.0.0.1:" + Ports.free());
        try (var proxy = ProxyFixture.to(nowhere);
                var client = proxy.connect()) {
            for (int i = 0; i < 2; i++) {
                String head = client.get("/").readHead();
                assertThat(head).startsWith("HTTP/1.1 502 ").doesNotContain("Connection");
                client.read(Integer.parseInt(head.replaceAll("(?s).*Content-Length: (\\d+).*", "$1")));
                assertThat(proxy.record().error()).contains(RequestError.ORIGIN_UNREACHABLE);
            }
        }
    }

    @Test
    void unknownOriginName_is502() {
        try (var proxy = ProxyFixture.to(URI.create("http://nobody.invalid"));
                var client = proxy.connect()) {
            assertThat(client.get("/").readHead()).startsWith("HTTP/1.1 502 ");
            assertThat(proxy.record().error()).contains(RequestError.ORIGIN_NAME_UNRESOLVED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1", "0.0.0.0"})
    void tenantsPrivateOrigin_isRefusedAtConnectTime(String host) {
        try (var origin = RawOrigin.start(RawOrigin.Script.answering(OK));
                var proxy = ProxyFixture.start(Setup.to(hostname ->
                        new OriginRoute.To(Origin.of(URI.create("http://" + host + ":" + origin.port()), false))));
                var client = proxy.connect()) {
            assertThat(client.get("/").readHead()).startsWith("HTTP/1.1 502 ");
            assertThat(proxy.record().error()).contains(RequestError.ORIGIN_ADDRESS_REFUSED);
            assertThat(origin.connections()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "garbage\r\n\r\n",
                "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX: a\u0000b\r\n\r\n",
                "HTTP/1.1 200 OK\r\n folded: x\r\n\r\n",
            })
    void malformedResponse_is502AndTheNextClientIsUnaffected(String response) {
        var served = new AtomicInteger();
        try (var origin = RawOrigin.start(connection -> {
                    connection.readRequest();
                    connection.write(served.getAndIncrement() == 0 ? response : OK);
                    connection.readRequest();
                });
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect();
                var next = proxy.connect()) {
            assertThat(client.get("/").readHead()).startsWith("HTTP/1.1 502 ");
            assertThat(proxy.record().error()).contains(RequestError.RESPONSE_MALFORMED);
            assertThat(next.get("/").readHead() + next.read(2)).isEqualTo(OK);
            assertThat(origin.connections()).hasSize(2);
        }
    }

    @Test
    void hugeResponseHead_is502() {
        try (var origin = RawOrigin.start(
                        RawOrigin.Script.answering("HTTP/1.1 200 OK\r\nX: " + "y".repeat(40_000) + "\r\n\r\n"));
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            assertThat(client.get("/").readHead()).startsWith("HTTP/1.1 502 ");
        }
    }

    @Test
    void bytesAfterAResponse_neverReachAnotherRequest() {
        try (var origin = RawOrigin.start(
                        RawOrigin.Script.answering(OK + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"));
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.get("/").readHead() + client.read(2)).isEqualTo(OK);
            }
            assertThat(origin.connections()).hasSize(3);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'Content-Length: 10\r\n\r\nabc', Content-Length: 10",
        "'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n', Transfer-Encoding: chunked",
        "'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nZ\r\n', Transfer-Encoding: chunked",
        "'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n', Transfer-Encoding: chunked",
    })
    void cutBody_isNeverShownComplete(String rest, String framing) {
        try (var origin = RawOrigin.start(connection -> {
                    connection.readRequest();
                    connection.write("HTTP/1.1 200 OK\r\n" + rest);
                });
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            assertThat(client.get("/").readToAnyEnd()).contains(framing).doesNotContain("\r\n0\r\n\r\n");
            assertThat(proxy.record().error()).contains(RequestError.RESPONSE_CUT);
        }
    }

    @Test
    void resetUntilCloseBody_isCutForHttp11AndResetForHttp10() {
        try (var origin = RawOrigin.start(connection -> {
                    connection.readRequest();
                    connection.write("HTTP/1.1 200 OK\r\n\r\nabc");
                    connection.readHead(); // until the test lets go
                    connection.reset();
                });
                var proxy = ProxyFixture.to(origin.uri());
                var modern = proxy.connect();
                var old = proxy.connect()) {
            modern.get("/").readHead();
            old.send("GET / HTTP/1.0\r\n\r\n").readHead();
            modern.read(8);
            old.read(3);
            origin.connections().forEach(FailureTest::reset);

            assertThat(modern.readToAnyEnd()).doesNotContain("\r\n0\r\n\r\n");
            assertThat(old.readToAnyEnd()).isEqualTo("<reset>");
            assertThat(proxy.record().error()).contains(RequestError.RESPONSE_CUT);
        }
    }

    private static void reset(dev.anyhost.testkit.OriginConnection connection) {
        try {
            connection.reset();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void originThatClosesBeforeItsResponse_is502() {
        try (var origin = RawOrigin.start(connection -> connection.readRequest());
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            assertThat(client.get("/").readHead()).startsWith("HTTP/1.1 502 ");
            assertThat(proxy.record().error()).contains(RequestError.ORIGIN_CLOSED);
            assertThat(origin.connections()).hasSize(1);
        }
    }

    /** The origin answers once, takes the second request of each connection, and closes instead of answering. */
    private static RawOrigin closingAfterTheFirst() {
        return RawOrigin.start(connection -> {
            connection.readRequest();
            connection.write(OK);
            connection.readRequest();
        });
    }

    @Test
    void staleConnection_isReplacedUnseenForIdempotentRequests() {
        try (var origin = closingAfterTheFirst();
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.get("/").readHead() + client.read(2)).isEqualTo(OK);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST / HTTP/1.1\r\nContent-Length: 0", "PUT / HTTP/1.1\r\nContent-Length: 1"})
    void staleConnection_isA502ForWhatMustNotBeSentTwice(String request) {
        try (var origin = closingAfterTheFirst();
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            client.get("/").readHead();
            client.read(2);
            client.send(request + "\r\nHost: shop.example.com\r\n\r\n" + (request.endsWith("1") ? "x" : ""));
            assertThat(client.readHead()).startsWith("HTTP/1.1 502 ");
            assertThat(origin.requests()).hasSize(2);
        }
    }

    @Test
    void clientThatLeaves_takesItsOriginConnectionAlong() throws InterruptedException {
        var asked = new CountDownLatch(1);
        var left = new CountDownLatch(1);
        try (var origin = RawOrigin.start(connection -> {
                    connection.readRequest();
                    asked.countDown();
                    connection.readToEnd();
                    left.countDown();
                });
                var proxy = ProxyFixture.start(Setup.to(origin.uri()).withTls())) {
            var client = proxy.connectTls().get("/");
            asked.await();
            client.close();
            left.await();
            RequestRecord record = proxy.record();
            assertThat(record.error()).contains(RequestError.CLIENT_LEFT);
            assertThat(record.status()).isEqualTo(499);
        }
    }

    @Test
    void moreConnectionsThanAllowed_are503() throws InterruptedException {
        var asked = new CountDownLatch(1);
        try (var origin = RawOrigin.start(connection -> {
                    connection.readRequest();
                    asked.countDown();
                    connection.readToEnd();
                });
                var proxy = ProxyFixture.start(
                        Setup.to(origin.uri()).withPool(new PoolLimits(1, 1, Duration.ofMinutes(1))));
                var first = proxy.connect();
                var second = proxy.connect()) {
            first.get("/");
            asked.await();
            assertThat(second.get("/").readHead()).startsWith("HTTP/1.1 503 ");
            assertThat(proxy.record().error()).contains(RequestError.OVERLOADED);
        }
    }

    @Test
    void idleOriginConnection_isClosedAfterItsTime() throws InterruptedException {
        var closed = new CountDownLatch(1);
        try (var origin = RawOrigin.start(connection -> {
                    connection.readRequest();
                    connection.write(OK);
                    connection.readToEnd();
                    closed.countDown();
                });
                var proxy = ProxyFixture.start(
                        Setup.to(origin.uri()).withPool(new PoolLimits(10, 10, Duration.ofMillis(200))));
                var client = proxy.connect()) {
            assertThat(client.get("/").readHead()).startsWith("HTTP/1.1 200");
            closed.await();
        }
    }
}
