package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.ProxyFixture.Setup;
import dev.anyhost.testkit.RawOrigin;
import dev.anyhost.testkit.RawRequest;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ordinary traffic, over sockets, byte for byte. */
@SuppressWarnings("StringConcatToTextBlock") // The line ends are the point.
class ForwardingTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @Test
    void get_isForwardedWithOurHeadersAndAnswered() {
        try (var origin = RawOrigin.start(RawOrigin.Script.answering(OK));
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            client.send("GET /a?b=c HTTP/1.1\r\nHost: shop.example.com\r\nAccept: */*\r\n\r\n");

            assertThat(client.readHead() + client.read(2)).isEqualTo(OK);
            assertThat(origin.takeRequest().head())
                    .isEqualTo("GET /a?b=c HTTP/1.1\r\n"
                            + "Host: 127.0.0.1:" + origin.port() + "\r\n"
                            + "Accept: */*\r\n"
                            + "X-Forwarded-For: 127.0.0.1\r\n"
                            + "X-Forwarded-Proto: https\r\n"
                            + "X-Forwarded-Host: shop.example.com\r\n"
                            + "X-Forwarded-Port: 443\r\n"
                            + "X-Real-IP: 127.0.0.1\r\n"
                            + "User-Custom-Domain: shop.example.com\r\n"
                            + "CDN-Loop: anyhost\r\n\r\n");
            RequestRecord record = proxy.record();
            assertThat(record.status()).isEqualTo(200);
            assertThat(record.method()).isEqualTo("GET");
            assertThat(record.path()).isEqualTo("/a");
            assertThat(record.bytesOut()).isEqualTo(2);
            assertThat(record.error()).isEmpty();
            assertThat(record.originNanos()).isPresent();
        }
    }

    @Test
    void requestsOnOneConnection_useOneOriginConnection() {
        try (var origin = RawOrigin.start(RawOrigin.Script.answering(OK));
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            for (int i = 0; i < 20; i++) {
                client.get("/" + i);
                client.readHead();
                client.read(2);
            }
            assertThat(origin.requests()).hasSize(20);
            assertThat(origin.connections()).hasSize(1);
        }
    }

    @Test
    void pipelinedRequests_areAnsweredInOrderOneAtATime() {
        try (var origin = RawOrigin.start(RawOrigin.Script.answering(
                        request -> "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + request.target()));
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            client.send("GET /1 HTTP/1.1\r\nHost: shop.example.com\r\n\r\n"
                    + "POST /2 HTTP/1.1\r\nHost: shop.example.com\r\nContent-Length: 3\r\n\r\nabc"
                    + "GET /3 HTTP/1.1\r\nHost: shop.example.com\r\nConnection: close\r\n\r\n");

            String head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
            assertThat(client.readToEnd())
                    .isEqualTo(head + "/1" + head + "/2"
                            + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n/3");
            assertThat(origin.requests()).extracting(RawRequest::body).containsExactly("", "abc", "");
        }
    }

    @Test
    void chunkedUpload_arrivesRechunkedWithItsTrailers() {
        try (var origin = RawOrigin.start(RawOrigin.Script.answering(OK));
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: shop.example.com\r\nTransfer-Encoding: chunked\r\nTE: trailers\r\n"
                    + "Trailer: X-Sum\r\n\r\n3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 9\r\nX-Real-IP: 1.2.3.4\r\n\r\n");
            client.readHead();

            RawRequest request = origin.takeRequest();
            assertThat(request.body()).isEqualTo("abcde");
            assertThat(request.rawBody())
                    .doesNotContain("ext")
                    .contains("X-Sum: 9")
                    .doesNotContain("1.2.3.4");
            assertThat(request.header("Transfer-Encoding")).contains("chunked");
            assertThat(request.header("TE")).contains("trailers");
            assertThat(request.header("Connection")).contains("TE");
            assertThat(request.header("Trailer")).contains("X-Sum");
        }
    }

    @Test
    void chunkedResponse_keepsItsTrailersAndTheConnection() {
        String response = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 9\r\n\r\n";
        try (var origin = RawOrigin.start(RawOrigin.Script.answering(response));
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.get("/").readHead() + client.read(23)).isEqualTo(response);
            }
            assertThat(origin.connections()).hasSize(1);
        }
    }

    @Test
    void responseUntilClose_becomesChunkedForHttp11() {
        try (var origin = RawOrigin.start(connection -> {
                    connection.readRequest();
                    connection.write("HTTP/1.1 200 OK\r\n\r\nabc");
                });
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            client.get("/");
            assertThat(client.readHead()).isEqualTo("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            assertThat(client.read(13)).isEqualTo("3\r\nabc\r\n0\r\n\r\n");
            client.get("/");
            assertThat(client.readHead()).startsWith("HTTP/1.1 200");
        }
    }

    @ParameterizedTest
    @CsvSource({"'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'", "'Connection: close\r\n\r\nabc'"})
    void http10Client_getsUnknownLengthsUntilClose(String rest) {
        try (var origin = RawOrigin.start(connection -> {
                    connection.readRequest();
                    connection.write("HTTP/1.1 200 OK\r\n" + rest);
                });
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            assertThat(client.readToEnd()).isEqualTo("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc");
        }
    }

    @Test
    void http10Client_isKeptAliveWhereTheLengthIsKnown() {
        try (var origin = RawOrigin.start(RawOrigin.Script.answering(OK));
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            assertThat(client.readHead() + client.read(2))
                    .isEqualTo("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok");
            client.send("GET / HTTP/1.0\r\n\r\n");
            assertThat(client.readToEnd()).endsWith("Connection: close\r\n\r\nok");
            assertThat(origin.takeRequest().requestLine()).isEqualTo("GET / HTTP/1.1");
        }
    }

    @Test
    void headAnd204And304_haveNoBody() {
        try (var origin = RawOrigin.start(RawOrigin.Script.answering(request -> switch (request.target()) {
                    case "/head" -> "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";
                    case "/headchunked" -> "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
                    case "/204" -> "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n";
                    case "/304" -> "HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n";
                    default -> OK;
                }));
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            String host = " HTTP/1.1\r\nHost: shop.example.com\r\n\r\n";
            assertThat(client.send("HEAD /head" + host).readHead()).contains("Content-Length: 100");
            assertThat(client.send("HEAD /headchunked" + host).readHead()).isEqualTo("HTTP/1.1 200 OK\r\n\r\n");
            assertThat(client.send("GET /204" + host).readHead()).isEqualTo("HTTP/1.1 204 No Content\r\n\r\n");
            assertThat(client.send("GET /304" + host).readHead()).contains("304", "Content-Length: 100");
            assertThat(client.get("/").readHead() + client.read(2)).isEqualTo(OK);
            assertThat(origin.connections()).hasSize(1);
        }
    }

    @Test
    void expectContinue_goesThroughBothWays() {
        try (var origin = RawOrigin.start(connection -> {
                    connection.readHead();
                    connection.write("HTTP/1.1 100 Continue\r\n\r\n");
                    connection.read(3);
                    connection.write(OK);
                });
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            client.send(
                    "POST / HTTP/1.1\r\nHost: shop.example.com\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.readHead()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            client.send("abc");
            assertThat(client.readHead() + client.read(2)).isEqualTo(OK);
        }
    }

    @Test
    void earlyHints_goToHttp11ClientsOnly() {
        try (var origin = RawOrigin.start(
                        RawOrigin.Script.answering("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK));
                var proxy = ProxyFixture.to(origin.uri())) {
            try (var client = proxy.connect()) {
                client.get("/");
                assertThat(client.readHead()).startsWith("HTTP/1.1 103");
                assertThat(client.readHead()).startsWith("HTTP/1.1 200");
            }
            try (var client = proxy.connect()) {
                assertThat(client.send("GET / HTTP/1.0\r\n\r\n").readToEnd()).startsWith("HTTP/1.1 200");
            }
        }
    }

    @Test
    void earlyFinalResponse_endsTheConnectionAfterIt() {
        String early = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno";
        try (var origin = RawOrigin.start(connection -> {
                    connection.readHead();
                    connection.write(early);
                    connection.readToEnd();
                });
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: shop.example.com\r\nContent-Length: 1000\r\n\r\nabc");
            assertThat(client.readToEnd())
                    .isEqualTo("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
        }
    }

    @Test
    void httpsOnBothSides_works() {
        try (var origin = RawOrigin.startTls(ProxyFixture.CA.issue("localhost"), RawOrigin.Script.answering(OK));
                var proxy = ProxyFixture.start(Setup.to(origin.uri("localhost")).withTls());
                var client = proxy.connectTls()) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.get("/").readHead() + client.read(2)).isEqualTo(OK);
            }
            client.send("GET / HTTP/1.1\r\nHost: shop.example.com\r\nConnection: close\r\n\r\n");
            assertThat(client.readToEnd()).endsWith("Connection: close\r\n\r\nok");
            assertThat(origin.takeRequest().header("Host")).contains("localhost:" + origin.port());
            assertThat(origin.connections()).hasSize(1);
        }
    }

    @Test
    void originWithAnotherNamesCertificate_isNotUsed() {
        try (var origin =
                        RawOrigin.startTls(ProxyFixture.CA.issue("other.example.com"), RawOrigin.Script.answering(OK));
                var proxy = ProxyFixture.to(origin.uri("localhost"));
                var client = proxy.connect()) {
            assertThat(client.get("/").readHead()).startsWith("HTTP/1.1 502");
            assertThat(proxy.record().error()).contains(RequestError.ORIGIN_TLS_FAILED);
            assertThat(origin.requests()).isEmpty();
        }
    }

    @Test
    void draining_endsConnectionsWithTheirNextResponse() {
        try (var origin = RawOrigin.start(RawOrigin.Script.answering(OK));
                var proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            client.get("/").readHead();
            client.read(2);
            proxy.draining.set(true);
            client.get("/");
            assertThat(client.readToEnd()).contains("Connection: close").endsWith("ok");
        }
    }

    @Test
    void routes_areAskedAtEveryRequest() {
        var routes = new java.util.concurrent.atomic.AtomicReference<OriginRoute>();
        try (var origin = RawOrigin.start(RawOrigin.Script.answering(OK));
                var proxy = ProxyFixture.start(Setup.to(hostname -> routes.get()));
                var client = proxy.connect()) {
            routes.set(new OriginRoute.To(Origin.of(origin.uri(), true)));
            client.get("/").readHead();
            client.read(2);
            routes.set(new OriginRoute.NotServed());
            assertThat(client.get("/").readToEnd()).startsWith("HTTP/1.1 421 ").contains("Connection: close");
            routes.set(new OriginRoute.Unavailable("verifier silent"));
            try (var next = proxy.connect()) {
                assertThat(next.get("/").readToEnd()).startsWith("HTTP/1.1 503 ");
            }
            assertThat(origin.requests()).hasSize(1);
            assertThat(proxy.record().error()).isEqualTo(Optional.empty());
            assertThat(proxy.record().error()).contains(RequestError.NOT_SERVED);
            assertThat(proxy.record().error()).contains(RequestError.NO_ROUTE);
        }
    }
}
