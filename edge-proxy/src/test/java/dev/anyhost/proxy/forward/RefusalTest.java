package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.testkit.RawOrigin;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What could be read in two ways: an error and a close for the client, not a byte for the origin. */
class RefusalTest {

    private static final String HOST = "Host: shop.example.com\r\n";
    private static RawOrigin origin;
    private static ProxyFixture proxy;

    @BeforeAll
    static void start() {
        origin = RawOrigin.start(RawOrigin.Script.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
        proxy = ProxyFixture.to(origin.uri());
    }

    @AfterAll
    static void stop() {
        proxy.close();
        origin.close();
    }

    static Stream<Arguments> vectors() {
        String smuggled = "GET /admin HTTP/1.1\r\n" + HOST + "\r\n";
        return Stream.of(
                vector("CL.TE", post("Content-Length: 6\r\nTransfer-Encoding: chunked") + "0\r\n\r\nG"),
                vector("TE.CL", post("Transfer-Encoding: chunked\r\nContent-Length: 4") + "5c\r\n" + smuggled),
                vector("CL.CL", post("Content-Length: 0\r\nContent-Length: 40") + smuggled),
                vector("equal CL.CL", post("Content-Length: 3\r\nContent-Length: 3") + "abc"),
                vector("CL empty", post("Content-Length:") + "abc"),
                vector("CL signed", post("Content-Length: +3") + "abc"),
                vector("CL negative", post("Content-Length: -1") + "abc"),
                vector("CL hexadecimal", post("Content-Length: 0x3") + "abc"),
                vector("CL two numbers", post("Content-Length: 3 3") + "abc"),
                vector("CL fraction", post("Content-Length: 3.0") + "abc"),
                vector("CL overflow", post("Content-Length: 18446744073709551619") + "abc"),
                vector("CL blank before colon", post("Content-Length : 3") + "abc"),
                vector(
                        "CL.TE in 1.0",
                        "POST / HTTP/1.0\r\n" + HOST
                                + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                vector("TE empty", post("Transfer-Encoding:") + "0\r\n\r\n"),
                vector("TE identity", post("Transfer-Encoding: identity") + "0\r\n\r\n"),
                vector("TE chunked not last", post("Transfer-Encoding: chunked, gzip") + "0\r\n\r\n"),
                vector("TE other before chunked", post("Transfer-Encoding: gzip, chunked") + "0\r\n\r\n"),
                vector("TE chunked twice", post("Transfer-Encoding: chunked, chunked") + "0\r\n\r\n"),
                vector("TE with parameter", post("Transfer-Encoding: chunked;q=1") + "0\r\n\r\n"),
                vector("CL list", post("Content-Length: 3, 3") + "abc"),
                vector("TE.TE twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: x") + "0\r\n\r\n"),
                vector("TE.TE list", post("Transfer-Encoding: chunked, identity") + "0\r\n\r\n"),
                vector("TE quoted", post("Transfer-Encoding: 'chunked'") + "0\r\n\r\n"),
                vector("TE xchunked", post("Transfer-Encoding: xchunked") + "0\r\n\r\n"),
                vector("TE blank before colon", post("Transfer-Encoding : chunked") + "0\r\n\r\n"),
                vector("TE vertical tab", post("Transfer-Encoding:\u000bchunked") + "0\r\n\r\n"),
                vector("TE folded", post("Transfer-Encoding:\r\n chunked") + "0\r\n\r\n"),
                vector("TE after bare LF", post("X: y\nTransfer-Encoding: chunked") + "0\r\n\r\n"),
                vector("TE after bare CR", post("X: y\rTransfer-Encoding: chunked") + "0\r\n\r\n"),
                vector("TE in 1.0", "POST / HTTP/1.0\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                vector("bare LF", "GET / HTTP/1.1\nHost: shop.example.com\n\n"),
                vector("folded", "GET / HTTP/1.1\r\n" + HOST + "X: a\r\n b\r\n\r\n"),
                vector("NUL in value", "GET / HTTP/1.1\r\n" + HOST + "X: a\u0000\r\n\r\n"),
                vector("NUL in target", "GET /\u0000 HTTP/1.1\r\n" + HOST + "\r\n"),
                vector("no Host", "GET / HTTP/1.1\r\n\r\n"),
                vector("two Hosts", "GET / HTTP/1.1\r\n" + HOST + "Host: other.example.com\r\n\r\n"),
                vector("absolute-form mismatch", "GET http://other.example.com/ HTTP/1.1\r\n" + HOST + "\r\n"),
                vector("blank first field", "GET / HTTP/1.1\r\n X: y\r\n" + HOST + "\r\n"),
                vector("no version", "GET /\r\n\r\n"),
                vector("chunk size", chunked("z\r\nabc\r\n0\r\n\r\n")),
                vector("chunk size 0x", chunked("0x3\r\nabc\r\n0\r\n\r\n")),
                vector("chunk size negative", chunked("-3\r\nabc\r\n0\r\n\r\n")),
                vector("chunk size overflow", chunked("ffffffffffffffff3\r\nabc\r\n0\r\n\r\n")),
                vector("chunk size blank", chunked("3 \r\nabc\r\n0\r\n\r\n")),
                vector("chunk size LF", chunked("3\nabc\r\n0\r\n\r\n")),
                vector("chunk too long", chunked("3\r\nabcd\r\n0\r\n\r\n")),
                vector("chunk too short", chunked("3\r\nab\r\n0\r\n\r\n")),
                vector("second chunk size", chunked("3\r\nabc\r\nQ\r\n\r\n")),
                vector("chunk extension LF", chunked("3;a\nb\r\nabc\r\n0\r\n\r\n")),
                vector("chunk extension blank", chunked("3; a\r\nabc\r\n0\r\n\r\n")),
                vector("chunk extension empty", chunked("3;\r\nabc\r\n0\r\n\r\n")),
                vector("TE list that ends with a comma", post("Transfer-Encoding: chunked,") + "0\r\n\r\n"),
                vector("TE list that begins with a comma", post("Transfer-Encoding: ,chunked") + "0\r\n\r\n"),
                vector("TE before a non-breaking blank", post("Transfer-Encoding: chunked\u00a0") + "0\r\n\r\n"),
                vector("TE name before a NUL", post("Transfer-Encoding\u0000: chunked") + "0\r\n\r\n"),
                vector("CL folded", post("Content-Length: 3\r\n 0") + "abc"),
                vector("CL after bare LF", post("X: y\nContent-Length: 3") + "abc"),
                vector("head that ends with a bare LF", "GET / HTTP/1.1\r\n" + HOST + "\n"),
                vector("head that ends with a bare CR", "GET / HTTP/1.1\r\n" + HOST + "\rX: y\r\n\r\n"),
                vector("Host folded", "GET / HTTP/1.1\r\nHost:\r\n shop.example.com\r\n\r\n"),
                vector("chunk size plus", chunked("+3\r\nabc\r\n0\r\n\r\n")),
                vector("chunk extension CR", chunked("3;a\rb\r\nabc\r\n0\r\n\r\n")),
                vector("chunk extension LF in quotes", chunked("3;a=\"\n\"\r\nabc\r\n0\r\n\r\n")),
                vector("chunk that ends with a bare LF", chunked("3\r\nabc\n0\r\n\r\n")),
                vector("last chunk that ends with a bare LF", chunked("0\n\n")),
                vector("chunk trailer after bare LF", chunked("0\r\nX: y\nZ: z\r\n\r\n")),
                vector("chunk trailer folded", chunked("0\r\nX: y\r\n z\r\n\r\n")));
    }

    private static Arguments vector(String name, String bytes) {
        return Arguments.of(name, bytes);
    }

    private static String post(String framing) {
        return "POST / HTTP/1.1\r\n" + HOST + framing + "\r\n\r\n";
    }

    private static String chunked(String body) {
        return post("Transfer-Encoding: chunked") + body;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("vectors")
    void ambiguousRequest_getsA400AndACloseAndReachesNoOrigin(String name, String bytes) {
        int before = origin.connections().size();
        try (var client = proxy.connect()) {
            String response = client.send(bytes).readToEnd();

            assertThat(response).startsWith("HTTP/1.1 400 ").contains("Connection: close");
            assertThat(response.split("HTTP/1.1 ", -1)).hasSize(2);
            assertThat(proxy.record().status()).isEqualTo(400);
            assertThat(origin.connections()).hasSize(before);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET / HTTP/2.0,505",
        "PRI * HTTP/2.0,505",
        "CONNECT a.example.com:443 HTTP/1.1,501",
        "GET / HTTP/1.1,421"
    })
    void unservedRequests_haveTheirStatuses(String line, int status) {
        try (var client = proxy.connect()) {
            client.send(line + "\r\nHost: other.example.com\r\n\r\n");

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 " + status + " ");
            assertThat(proxy.record().status()).isEqualTo(status);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "shop.example.com.evil.com",
                "evil.com",
                "evil.com:443",
                "sub.shop.example.com",
                "shop.example.comx",
                "[::1]",
                "127.0.0.1",
            })
    void hostThatIsNotTheConnections_is421(String host) {
        try (var client = proxy.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 421 ");
            assertThat(proxy.record().error()).contains(RequestError.MISDIRECTED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SHOP.example.com", "shop.example.com.", "shop.example.com:443", "shop.example.com:8443"})
    void otherSpellingsOfTheConnectionsHost_areServed(String host) {
        try (var client = proxy.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");

            assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
            assertThat(proxy.record().status()).isEqualTo(200);
        }
    }

    @Test
    void overlongHeads_are414And431() {
        try (var client = proxy.connect();
                var other = proxy.connect()) {
            assertThat(client.get("/" + "x".repeat(9_000)).readToEnd()).startsWith("HTTP/1.1 414 ");
            other.send("GET / HTTP/1.1\r\n" + HOST + "X: " + "y".repeat(17_000));
            assertThat(other.readToEnd()).startsWith("HTTP/1.1 431 ");
            assertThat(proxy.record().status()).isEqualTo(414);
            assertThat(proxy.record().status()).isEqualTo(431);
        }
    }

    @Test
    void chunkError_laterInTheBody_endsTheOriginsConnectionToo() {
        try (var waiting = RawOrigin.start(connection -> connection.readToEnd());
                var relay = ProxyFixture.to(waiting.uri());
                var client = relay.connect()) {
            client.send(chunked("3\r\nabc\r\n"));
            while (waiting.connections().isEmpty()
                    || !waiting.connections().getFirst().received().endsWith("abc\r\n")) {
                Thread.onSpinWait();
            }
            client.send("XYZ\r\n");

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 400 ");
            assertThat(relay.record().error()).contains(RequestError.REQUEST_BODY_MALFORMED);
            assertThat(waiting.connections().getFirst().received()).doesNotContain("XYZ");
        }
    }
}
