package dev.anyhost.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HttpGateTest {

    private static final String CHUNKED =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\n\r\n";
    private final RawOrigin origin = RawOrigin.start(RawOrigin.Script.answering(
            request -> request.target().equals("/chunked") ? CHUNKED : ok(request.method() + request.body())));
    private final HttpGate gate = HttpGate.to(origin.uri());

    @AfterEach
    void stop() {
        gate.close();
        origin.close();
    }

    private static boolean isChosen(RawRequest request) {
        return request.target().equals("/chosen");
    }

    @Test
    void requestsOfOneConnection_arePassedOnByteForByteAndKept() throws IOException {
        String chunked = "POST /chunked HTTP/1.1\r\nHost: gate.example\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "2;a=b\r\nhi\r\n0\r\n\r\n";
        try (Socket client = connect()) {
            assertThat(exchange(client, request("/one", "body"), ok("PUTbody"))).isTrue();
            assertThat(exchange(client, chunked, CHUNKED)).isTrue();
        }
        assertThat(origin.connections()).hasSize(1);
        assertThat(origin.connections().getFirst().received()).isEqualTo(request("/one", "body") + chunked);
        assertThat(gate.exchanges()).hasSize(2).allMatch(exchange -> exchange.answeredWith(200));
        assertThat(gate.exchanges().getLast().answer().orElseThrow().body()).isEqualTo("abc");
        assertThat(gate.exchanges(HttpGateTest::isChosen)).isEmpty();
    }

    @Test
    void heldRequest_reachesTheServerWhenReleased() throws Exception {
        HeldExchange held = gate.holdRequest(HttpGateTest::isChosen);
        var answered = inBackground(request("/chosen", "x"), ok("PUTx"));

        assertThat(held.await().request().body()).isEqualTo("x");
        assertThat(origin.requests()).isEmpty();
        try (Socket other = connect()) {
            assertThat(exchange(other, request("/other", ""), ok("PUT"))).isTrue();
        }

        held.release();
        assertThat(answered.get()).isTrue();
        assertThat(gate.exchanges(HttpGateTest::isChosen)).hasSize(1).allMatch(exchange -> exchange.answeredWith(200));
    }

    @Test
    void heldAnswer_tookEffectAndComesWhenReleased() throws Exception {
        HeldExchange held = gate.holdAnswer(HttpGateTest::isChosen);
        var answered = inBackground(request("/chosen", "x"), ok("PUTx"));

        assertThat(held.await().answeredWith(200)).isTrue();
        assertThat(origin.requests()).hasSize(1);
        assertThat(answered).isNotDone();

        held.release();
        assertThat(answered.get()).isTrue();
    }

    @Test
    void awaitedExchanges_areThoseThatCame() throws Exception {
        var answered = inBackground(request("/chosen", "x"), ok("PUTx"));
        assertThat(gate.awaitExchanges(HttpGateTest::isChosen, 1)
                        .getFirst()
                        .awaitAnswer()
                        .body())
                .isEqualTo("PUTx");
        assertThat(answered.get()).isTrue();
    }

    @Test
    void hold_isUsedUpByOneRequest() throws Exception {
        HeldExchange held = gate.holdAnswer(HttpGateTest::isChosen);
        var _ = inBackground(request("/chosen", "first"), ok("PUTfirst"));
        held.await();
        try (Socket client = connect()) {
            assertThat(exchange(client, request("/chosen", "second"), ok("PUTsecond")))
                    .isTrue();
        }
    }

    @Test
    void scriptedAnswer_comesInsteadOfTheServers() throws IOException {
        gate.answer(HttpGateTest::isChosen, HttpAnswer.of(503, "text/plain", "later", "Retry-After: 7"));
        gate.answerNext(HttpGateTest::isChosen, HttpAnswer.of(429, "text/plain", "much later"));
        try (Socket client = connect()) {
            assertThat(
                            exchange(
                                    client,
                                    request("/chosen", ""),
                                    "HTTP/1.1 429 Scripted\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n\r\nmuch later"))
                    .isTrue();
            assertThat(exchange(
                            client,
                            request("/chosen", ""),
                            "HTTP/1.1 503 Scripted\r\nRetry-After: 7\r\nContent-Type: text/plain\r\n"
                                    + "Content-Length: 5\r\n\r\nlater"))
                    .isTrue();
            gate.passOn();
            assertThat(exchange(client, request("/chosen", ""), ok("PUT"))).isTrue();
        }
        assertThat(origin.requests()).hasSize(1);
    }

    @Test
    void garbage_isSentAsItIsBeforeTheEnd() throws IOException {
        gate.answer(HttpGateTest::isChosen, HttpAnswer.garbage("SSH-2.0 no\r\n"));
        try (Socket client = connect()) {
            client.getOutputStream().write(request("/chosen", "").getBytes(ISO_8859_1));
            assertThat(client.getInputStream().readAllBytes())
                    .asString(ISO_8859_1)
                    .isEqualTo("SSH-2.0 no\r\n");
        }
    }

    @Test
    void swallowedRequest_isNeverAnsweredAndOthersAre() throws IOException {
        gate.swallow(HttpGateTest::isChosen);
        try (Socket client = connect()) {
            client.setSoTimeout(50);
            assertThatThrownBy(() -> exchange(client, request("/chosen", ""), ok("PUT")))
                    .isInstanceOf(SocketTimeoutException.class);
        }
        gate.passOn();
        try (Socket client = connect()) {
            assertThat(exchange(client, request("/chosen", ""), ok("PUT"))).isTrue();
        }
        assertThat(gate.exchanges(HttpGateTest::isChosen)).hasSize(2);
        assertThat(gate.exchanges(HttpGateTest::isChosen).getFirst().answer()).isEmpty();
    }

    @Test
    void reset_breaksTheClientsConnection() throws IOException {
        gate.reset(HttpGateTest::isChosen);
        try (Socket client = connect()) {
            assertThatThrownBy(() -> exchange(client, request("/chosen", ""), ok("PUT")))
                    .isInstanceOf(SocketException.class);
        }
        assertThat(origin.requests()).isEmpty();
    }

    @Test
    void serverThatEndedAnIdleConnection_isConnectedAgain() throws IOException {
        try (RawOrigin hasty = RawOrigin.start(connection -> {
                    assertThat(connection.readRequest()).isPresent();
                    connection.write(ok("once"));
                });
                HttpGate hastyGate = HttpGate.to(hasty.uri());
                Socket client = new Socket(Ports.loopback(), hastyGate.uri().getPort())) {
            assertThat(exchange(client, request("/", ""), ok("once"))).isTrue();
            assertThat(exchange(client, request("/", ""), ok("once"))).isTrue();
            assertThat(hasty.connections()).hasSize(2);
        }
    }

    @Test
    void acmeDirectory_leadsThroughTheGateWithEveryUrl() throws Exception {
        try (PebbleCa ca = PebbleCa.start(PebbleOptions.believing());
                HttpGate acme = ca.gate()) {
            HeldExchange held = acme.holdAnswer(AcmeRequests.newOrder("one.example"));
            held.release();
            try (AcmeOrders orders = new AcmeOrders(ca, PebbleCa.directory(acme))) {
                assertThat(orders.order("one.example")).isEqualTo("pending");
                assertThat(orders.order("two.example")).isEqualTo("pending");
            }
            assertThat(held.hasArrived()).isTrue();
            assertThat(AcmeRequests.orders(acme, "one.example")).isEqualTo(1);
            assertThat(AcmeRequests.orders(acme, "none.example")).isZero();
            assertThat(acme.exchanges(AcmeRequests.newOrder())).hasSize(2);
            assertThat(held.await().answer().orElseThrow().body())
                    .contains(acme.uri() + "/authZ/", acme.uri() + "/finalize-order/");
        }
    }

    private Socket connect() throws IOException {
        return new Socket(Ports.loopback(), gate.uri().getPort());
    }

    private CompletableFuture<Boolean> inBackground(String request, String expected) {
        return CompletableFuture.supplyAsync(() -> {
            try (Socket client = connect()) {
                return exchange(client, request, expected);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Whether exactly these bytes come back. */
    private static boolean exchange(Socket client, String request, String expected) throws IOException {
        client.getOutputStream().write(request.getBytes(ISO_8859_1));
        byte[] answer = client.getInputStream().readNBytes(expected.length());
        return new String(answer, ISO_8859_1).equals(expected);
    }

    private static String request(String target, String body) {
        return "PUT " + target + " HTTP/1.1\r\nHost: gate.example\r\nContent-Length: " + body.length() + "\r\n\r\n"
                + body;
    }

    private static String ok(String body) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }
}
