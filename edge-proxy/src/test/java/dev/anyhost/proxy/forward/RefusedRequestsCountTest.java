package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.concurrent.RateLimit;
import dev.anyhost.proxy.forward.Http2Wire.Frame;
import dev.anyhost.proxy.forward.ProxyFixture.Setup;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests that go to no origin take from what their client may ask for like any other. */
class RefusedRequestsCountTest {

    private static final OriginRoutes NOWHERE = name -> new OriginRoute.Unavailable("nobody knows");
    private static final OriginRoutes NOT_SERVED = name -> new OriginRoute.NotServed();
    private static final String HOST = "Host: shop.example.com\r\n";

    private static Setup twoRequests(OriginRoutes routes) {
        var two = Optional.of(new RateLimit(2, Duration.ofHours(1)));
        return Setup.to(routes).withLimits(new RequestLimits(two, Optional.empty(), () -> 0));
    }

    static Stream<Arguments> refusedInHttp1() {
        return Stream.of(
                Arguments.argumentSet(
                        "another Host", NOWHERE, "GET / HTTP/1.1\r\nHost: other.example.com\r\n\r\n", 421),
                Arguments.argumentSet("no route", NOWHERE, "GET / HTTP/1.1\r\n" + HOST + "\r\n", 503),
                Arguments.argumentSet("not served", NOT_SERVED, "GET / HTTP/1.1\r\n" + HOST + "\r\n", 421),
                Arguments.argumentSet("bad line", NOWHERE, "GET /\r\n" + HOST + "\r\n", 400),
                Arguments.argumentSet("bad field", NOWHERE, "GET / HTTP/1.1\r\n" + HOST + "a b: c\r\n\r\n", 400),
                Arguments.argumentSet("no Host", NOWHERE, "GET / HTTP/1.1\r\n\r\n", 400),
                Arguments.argumentSet(
                        "long target", NOWHERE, "GET /" + "x".repeat(20_000) + " HTTP/1.1\r\n" + HOST + "\r\n", 414),
                Arguments.argumentSet(
                        "both framings",
                        NOWHERE,
                        "POST / HTTP/1.1\r\n" + HOST + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                        400));
    }

    @ParameterizedTest
    @MethodSource("refusedInHttp1")
    void http1_thirdRefusedRequestIsTooMany(OriginRoutes routes, String request, int status) {
        try (var proxy = ProxyFixture.start(twoRequests(routes))) {
            for (int i = 0; i < 2; i++) {
                try (var client = proxy.connect()) {
                    assertThat(client.send(request).readToAnyEnd()).startsWith("HTTP/1.1 " + status + " ");
                }
            }
            try (var client = proxy.connect()) {
                assertThat(client.send(request).readHead())
                        .startsWith("HTTP/1.1 429 ")
                        .contains("Retry-After: 1800\r\n");
            }
            assertThat(Stream.generate(proxy::record).limit(3).map(RequestRecord::error))
                    .last()
                    .isEqualTo(Optional.of(RequestError.CLIENT_LIMITED));
        }
    }

    static Stream<Arguments> refusedInHttp2() {
        return Stream.of(
                refused(
                        "another authority",
                        NOWHERE,
                        "421",
                        (client, id) -> client.headers(
                                id,
                                true,
                                ":method",
                                "GET",
                                ":scheme",
                                "https",
                                ":path",
                                "/",
                                ":authority",
                                "other.example.com")),
                refused("no route", NOWHERE, "503", (client, id) -> client.get(id, "/")),
                refused(
                        "a field of one hop",
                        NOWHERE,
                        "",
                        (client, id) -> client.request(id, true, "GET", "/", "te", "chunked")),
                refused(
                        "no path",
                        NOWHERE,
                        "",
                        (client, id) -> client.headers(
                                id, true, ":method", "GET", ":scheme", "https", ":authority", "shop.example.com")),
                refused(
                        "malformed for Netty",
                        NOWHERE,
                        "",
                        (client, id) -> client.request(id, true, "GET", "/", ":status", "200")),
                refused("long path", NOWHERE, "414", (client, id) -> client.get(id, "/" + "x".repeat(10_000))));
    }

    private static Arguments refused(
            String what, OriginRoutes routes, String status, BiConsumer<Http2Wire, Integer> request) {
        return Arguments.argumentSet(what, routes, status, request);
    }

    /** @param status empty for a stream error */
    @ParameterizedTest
    @MethodSource("refusedInHttp2")
    void http2_requestAfterTwoRefusedOnesIsTooMany(
            OriginRoutes routes, String status, BiConsumer<Http2Wire, Integer> request) {
        try (var proxy = ProxyFixture.startHttp2(twoRequests(routes));
                var client = proxy.connectHttp2()) {
            for (int id = 1; id <= 3; id += 2) {
                request.accept(client, id);
                int stream = id;
                Frame answer = client.await(frame -> frame.stream() == stream);
                if (status.isEmpty()) {
                    assertThat(answer.type()).isEqualTo(Http2Wire.RST_STREAM);
                    assertThat(answer.error()).isEqualTo(Http2Wire.PROTOCOL_ERROR);
                } else {
                    assertThat(answer.headers().status()).hasToString(status);
                }
            }
            Http2Wire.Response third = client.get(5, "/").response(5);
            assertThat(third.status()).isEqualTo("429");
            assertThat(third.head().get("retry-after")).hasToString("1800");
        }
    }

    @Test
    void http2_malformedRequestBeyondTheLimit_isStillAStreamError() {
        try (var proxy = ProxyFixture.startHttp2(twoRequests(NOWHERE));
                var client = proxy.connectHttp2()) {
            client.get(1, "/").response(1);
            client.get(3, "/").response(3);
            client.headers(5, true, ":method", "GET", ":scheme", "https", ":authority", "shop.example.com");
            assertThat(client.await(frame -> frame.stream() == 5).type()).isEqualTo(Http2Wire.RST_STREAM);
            assertThat(Stream.generate(proxy::record).limit(3).map(RequestRecord::status))
                    .containsExactly(503, 503, 429);
        }
    }
}
