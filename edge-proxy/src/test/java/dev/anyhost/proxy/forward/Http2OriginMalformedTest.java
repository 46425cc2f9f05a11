package dev.anyhost.proxy.forward;

import static dev.anyhost.proxy.forward.Http2Relay.FIRST;
import static dev.anyhost.proxy.forward.Http2Relay.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.Http2Wire.Frame;
import java.io.UncheckedIOException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What origins may not say in HTTP/2 (RFC 9113 section 8), and what becomes of it. */
class Http2OriginMalformedTest {

    private static Named<Consumer<Http2Wire>> that(String does, Consumer<Http2Wire> origin) {
        return Named.of(does, origin);
    }

    private static Consumer<Http2Wire> head(String... fields) {
        return origin -> origin.headers(FIRST, false, fields);
    }

    static Stream<Named<Consumer<Http2Wire>>> malformedHeads() {
        return Stream.of(
                that("no status", head("x-a", "b")),
                that("nothing at all", head()),
                that("two statuses", head(":status", "200", ":status", "200")),
                that("a status of two digits", head(":status", "20")),
                that("a status of four digits", head(":status", "2000")),
                that("a status with a sign", head(":status", "+20")),
                that("a status beyond 599", head(":status", "600")),
                that("a status below 100", head(":status", "099")),
                that("a request's pseudo field", head(":status", "200", ":path", "/")),
                that("an unknown pseudo field", head(":status", "200", ":reason", "OK")),
                that("a pseudo field after others", head("x-a", "b", ":status", "200")),
                that("a name in upper case", head(":status", "200", "X-A", "b")),
                that("a name that is no token", head(":status", "200", "x a", "b")),
                that("an empty name", head(":status", "200", "", "b")),
                that("a line end in a value", head(":status", "200", "x-a", "b\r\nx-c: d")),
                that("a NUL in a value", head(":status", "200", "x-a", "b\0")),
                that("a blank before a value", head(":status", "200", "x-a", " b")),
                that("a blank after a value", head(":status", "200", "x-a", "b ")),
                that("Connection", head(":status", "200", "connection", "close")),
                that("Keep-Alive", head(":status", "200", "keep-alive", "5")),
                that("Proxy-Connection", head(":status", "200", "proxy-connection", "close")),
                that("Transfer-Encoding", head(":status", "200", "transfer-encoding", "chunked")),
                that("Upgrade", head(":status", "200", "upgrade", "websocket")),
                that("a malformed length", head(":status", "200", "content-length", "5x")),
                that("a negative length", head(":status", "200", "content-length", "-5")),
                that("two lengths", head(":status", "200", "content-length", "5", "content-length", "6")),
                that("101", head(":status", "101", "sec-websocket-accept", "x")),
                that("an interim response that ends", origin -> origin.headers(FIRST, true, ":status", "103")),
                that("a body before its head", origin -> origin.data(FIRST, false, "abc")),
                that(
                        "no body in spite of its length",
                        origin -> origin.headers(FIRST, true, ":status", "200", "content-length", "5")),
                that("a head beyond all limits", origin -> {
                    String[] fields = new String[404];
                    for (int i = 0; i < fields.length; i += 2) {
                        fields[i] = i == 0 ? ":status" : "x-" + i;
                        fields[i + 1] = i == 0 ? "200" : "y";
                    }
                    origin.headers(FIRST, false, fields);
                }));
    }

    @ParameterizedTest
    @MethodSource("malformedHeads")
    void malformedResponse_isA502AndEndsItsStreamOnly(Consumer<Http2Wire> malformed) {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.get(1, "/").get(3, "/other");
            Http2Wire served = relay.asked(2);
            malformed.accept(served);
            assertThat(relay.client.response(1).status()).isEqualTo("502");
            assertThat(relay.proxy.record().error()).contains(RequestError.RESPONSE_MALFORMED);
            Frame reset = served.await(Http2Wire.RST_STREAM);
            assertThat(reset.stream()).isEqualTo(FIRST);
            assertThat(reset.error()).isEqualTo(Http2Wire.PROTOCOL_ERROR);
            served.respond(SECOND, true, "204");
            assertThat(relay.client.awaitHeaders(3).status()).hasToString("204");
        }
    }

    static Stream<Named<Consumer<Http2Wire>>> malformedBodies() {
        Consumer<Http2Wire> five = origin -> origin.respond(FIRST, false, "200", "content-length", "5");
        return Stream.of(
                that(
                        "a body that is too short",
                        five.andThen(origin -> origin.data(FIRST, false, "ab").data(FIRST, true, "cd"))),
                that(
                        "a body that is too short, with trailers",
                        five.andThen(origin -> origin.data(FIRST, false, "abcd").headers(FIRST, true, "x-a", "b"))),
                that("a body that is too long", five.andThen(origin -> origin.data(FIRST, false, "abcdef"))),
                that(
                        "trailers without an end",
                        origin -> origin.respond(FIRST, false, "200").headers(FIRST, false, "x-a", "b")),
                that(
                        "a pseudo field in trailers",
                        origin -> origin.respond(FIRST, false, "200").headers(FIRST, true, ":status", "200")),
                that(
                        "an upper case name in trailers",
                        origin -> origin.respond(FIRST, false, "200").headers(FIRST, true, "X-A", "b")),
                that(
                        "Connection in trailers",
                        origin -> origin.respond(FIRST, false, "200").headers(FIRST, true, "connection", "close")),
                that(
                        "a line end in trailers",
                        origin -> origin.respond(FIRST, false, "200").headers(FIRST, true, "x-a", "b\nc")),
                that(
                        "an interim response after the final one",
                        origin -> origin.respond(FIRST, false, "200").respond(FIRST, false, "103")));
    }

    @ParameterizedTest
    @MethodSource("malformedBodies")
    void malformedBody_isNeverShownAsComplete(Consumer<Http2Wire> malformed) {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.get(1, "/");
            Http2Wire served = relay.asked(1);
            malformed.accept(served);
            Frame end = relay.client.await(frame -> frame.ends() || frame.type() == Http2Wire.RST_STREAM);
            assertThat(end.type()).isEqualTo(Http2Wire.RST_STREAM);
            assertThat(end.error()).isEqualTo(Http2Wire.INTERNAL_ERROR);
            assertThat(served.await(Http2Wire.RST_STREAM).error()).isEqualTo(Http2Wire.PROTOCOL_ERROR);
            assertThat(relay.proxy.record().error()).contains(RequestError.RESPONSE_CUT);
        }
    }

    @Test
    void bodyWhereThereIsNone_reachesNobody() {
        try (var relay = Http2Relay.ofHttp1()) {
            relay.client.get("/");
            Http2Wire served = relay.asked(1);
            served.respond(FIRST, false, "304").data(FIRST, true, "abc");
            assertThat(relay.client.readToAnyEnd()).isEqualTo("HTTP/1.1 304 Not Modified\r\n\r\n");
            assertThat(served.await(Http2Wire.RST_STREAM).error()).isEqualTo(Http2Wire.PROTOCOL_ERROR);
            assertThat(relay.proxy.record().error()).contains(RequestError.RESPONSE_CUT);
        }
    }

    static Stream<Named<Consumer<Http2Wire>>> brokenConnections() {
        return Stream.of(
                that(
                        "a promise that nobody wants",
                        origin -> origin.frame(
                                Http2Wire.PUSH_PROMISE, Http2Wire.END_HEADERS, FIRST, new byte[] {0, 0, 0, 2})),
                that("a stream that was never begun", origin -> origin.respond(99, true, "200")),
                that("a window of more than 2^31-1", origin -> origin.windowUpdate(0, Integer.MAX_VALUE)),
                that("settings of half a size", origin -> origin.frame(Http2Wire.SETTINGS, 0, 0, new byte[5])),
                that("push enabled", origin -> origin.settings(Http2Wire.ENABLE_PUSH, 1)),
                that(
                        "a header section that can't be read",
                        origin -> origin.frame(Http2Wire.HEADERS, Http2Wire.END_HEADERS, FIRST, new byte[] {
                            (byte) 0xff, (byte) 0xff, 0x7f
                        })),
                that(
                        "a stream's frame within a header section",
                        origin -> origin.frame(Http2Wire.HEADERS, 0, FIRST, new byte[0])
                                .data(FIRST, true, "abc")));
    }

    @ParameterizedTest
    @MethodSource("brokenConnections")
    void brokenConnection_isA502ForAllOnItAndEnds(Consumer<Http2Wire> broken) {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.get(1, "/").get(3, "/other");
            Http2Wire served = relay.asked(2);
            broken.accept(served);
            assertThat(relay.client.awaitHeaders(1).status()).hasToString("502");
            assertThat(relay.client.awaitHeaders(3).status()).hasToString("502");
            assertThat(served.await(Http2Wire.GOAWAY).error()).isNotEqualTo(Http2Wire.NO_ERROR);
            assertThat(served.readToAnyEnd()).isEmpty();
            relay.client.get(5, "/again");
            Http2Wire next = relay.accept();
            next.respond(next.awaitHeaders().stream(), true, "204");
            assertThat(relay.client.awaitHeaders(5).status()).hasToString("204");
        }
    }

    @Test
    void interimResponsesWithoutEnd_areA502() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.get(1, "/");
            Http2Wire served = relay.asked(1);
            for (int i = 0; i < 33; i++) {
                served.respond(FIRST, false, "103");
            }
            assertThat(relay.client.response(1).status()).isEqualTo("502");
            assertThat(served.await(Http2Wire.RST_STREAM).error()).isEqualTo(Http2Wire.CANCEL);
        }
    }

    static Stream<Named<Consumer<Http2Wire>>> floods() {
        return Stream.of(
                that("empty DATA", origin -> origin.data(FIRST, false, "")),
                that("a window that is opened ever more", origin -> origin.windowUpdate(FIRST, 1 << 24)));
    }

    /** How many are too many, is Netty's to say; the connection ends, and nobody takes the response for complete. */
    @ParameterizedTest
    @MethodSource("floods")
    void flood_endsItsConnection(Consumer<Http2Wire> piece) {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.get(1, "/");
            Http2Wire served = relay.asked(1);
            served.respond(FIRST, false, "200");
            relay.client.awaitHeaders(1);
            sendUntilItFails(served, piece);
            assertThat(relay.client.await(Http2Wire.RST_STREAM).error()).isEqualTo(Http2Wire.INTERNAL_ERROR);
        }
    }

    private static void sendUntilItFails(Http2Wire served, Consumer<Http2Wire> piece) {
        try {
            for (int i = 0; i < 10_000; i++) {
                piece.accept(served);
            }
        } catch (UncheckedIOException ended) {
            assertThat(ended.getCause()).isNotNull();
        }
    }

    @Test
    void originThatSpeaksHttp1_isA502() {
        try (var relay = Http2Relay.ofHttp1()) {
            relay.client.get("/");
            relay.origin.acceptPlain().send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
            assertThat(relay.client.readHead()).startsWith("HTTP/1.1 502 ");
        }
    }
}
