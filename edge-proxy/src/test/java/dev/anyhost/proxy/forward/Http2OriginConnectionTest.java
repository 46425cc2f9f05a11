package dev.anyhost.proxy.forward;

import static dev.anyhost.proxy.forward.Http2Relay.FIRST;
import static dev.anyhost.proxy.forward.Http2Relay.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.Http2Wire.Frame;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who shares a connection to an origin, what ends it, and what becomes of those who used it. */
class Http2OriginConnectionTest {

    private static final String POST = "POST /p HTTP/1.1\r\nHost: shop.example.com\r\nContent-Length: 3\r\n\r\n";

    /** A connection that has answered a request. */
    private static Http2Wire used(Http2Relay<WireClient> relay) {
        relay.client.get("/first");
        Http2Wire served = relay.accept();
        served.respond(served.awaitHeaders().stream(), true, "204");
        assertThat(relay.client.readHead()).startsWith("HTTP/1.1 204 ");
        return served;
    }

    @Test
    void moreRequestsThanTheOriginTakesAtATime_getFurtherConnections() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.get(1, "/1");
            Http2Wire first = relay.accept(Http2Wire.MAX_CONCURRENT_STREAMS, 2);
            first.awaitHeaders();
            first.ping();
            relay.client.get(3, "/3").get(5, "/5");
            assertThat(first.awaitHeaders().headers().path()).hasToString("/3");
            Http2Wire second = relay.accept(Http2Wire.MAX_CONCURRENT_STREAMS, 2);
            assertThat(second.awaitHeaders().headers().path()).hasToString("/5");
            first.respond(FIRST, true, "204");
            relay.client.awaitHeaders(1);
            relay.client.get(7, "/7");
            assertThat(first.awaitHeaders().headers().path()).hasToString("/7");
            assertThat(relay.origin.hasAnother()).isFalse();
        }
    }

    @Test
    void connectionsToOneOrigin_areBounded() {
        try (var relay = Http2Relay.ofHttp2(setup -> setup.withPool(new PoolLimits(1, 1, Duration.ofMinutes(1))))) {
            relay.client.get(1, "/1");
            Http2Wire served = relay.accept(Http2Wire.MAX_CONCURRENT_STREAMS, 1);
            served.awaitHeaders();
            served.ping();
            relay.client.get(3, "/3");
            assertThat(relay.client.response(3).status()).isEqualTo("503");
            served.respond(FIRST, true, "204");
            assertThat(relay.client.awaitHeaders(1).status()).hasToString("204");
        }
    }

    @Test
    void requestsThatArriveWhileTheConnectionIsMade_waitForIt() {
        try (var relay = Http2Relay.ofHttp2()) {
            for (int i = 0; i < 50; i++) {
                relay.client.get(2 * i + 1, "/" + i);
            }
            Http2Wire served = relay.accept();
            for (int i = 0; i < 50; i++) {
                Frame request = served.awaitHeaders();
                assertThat(request.headers().path()).hasToString("/" + i);
                served.respond(request.stream(), true, "204");
            }
            for (int i = 0; i < 50; i++) {
                assertThat(relay.client.awaitHeaders(2 * i + 1).status()).hasToString("204");
            }
            assertThat(relay.origin.hasAnother()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST"})
    void refusedRequest_isSentElsewhereWhateverItsMethod(String method) {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.request(1, true, method, "/");
            Http2Wire served = relay.accept();
            served.reset(served.awaitHeaders().stream(), Http2Wire.REFUSED_STREAM);
            Http2Wire second = relay.accept();
            Frame again = second.awaitHeaders();
            assertThat(again.headers().method()).hasToString(method);
            second.respond(again.stream(), true, "204");
            assertThat(relay.client.awaitHeaders(1).status()).hasToString("204");
        }
    }

    @Test
    void requestThatIsRefusedTwice_isA503() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.get(1, "/");
            for (int i = 0; i < 2; i++) {
                Http2Wire served = relay.accept();
                served.reset(served.awaitHeaders().stream(), Http2Wire.REFUSED_STREAM);
            }
            assertThat(relay.client.response(1).status()).isEqualTo("503");
            assertThat(relay.origin.hasAnother()).isFalse();
        }
    }

    @Test
    void refusedRequestWhoseBodyIsGone_isA503() {
        try (var relay = Http2Relay.ofHttp1()) {
            relay.client.send(POST + "abc");
            Http2Wire served = relay.asked(1);
            served.await(Http2Wire.DATA);
            served.reset(FIRST, Http2Wire.REFUSED_STREAM);
            assertThat(relay.client.readHead()).startsWith("HTTP/1.1 503 ");
            assertThat(relay.origin.hasAnother()).isFalse();
        }
    }

    @Test
    void requestThatWasReset_isNotSentAgain() {
        try (var relay = Http2Relay.ofHttp1()) {
            Http2Wire served = used(relay);
            relay.client.get("/");
            served.reset(served.awaitHeaders().stream(), Http2Wire.INTERNAL_ERROR);
            assertThat(relay.client.readHead()).startsWith("HTTP/1.1 502 ");
            assertThat(relay.origin.hasAnother()).isFalse();
        }
    }

    @Test
    void originThatGoesAway_finishesWhatItHasSeenAndTheRestGoesElsewhere() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.get(1, "/1").request(3, true, "POST", "/3");
            Http2Wire served = relay.asked(2);
            served.goAway(FIRST, Http2Wire.NO_ERROR);
            Http2Wire second = relay.accept();
            Frame again = second.awaitHeaders();
            assertThat(again.headers().path()).hasToString("/3");
            relay.client.get(5, "/5");
            assertThat(second.awaitHeaders().headers().path()).hasToString("/5");
            second.respond(again.stream(), true, "204");
            assertThat(relay.client.awaitHeaders(3).status()).hasToString("204");
            served.respond(FIRST, true, "200");
            assertThat(relay.client.awaitHeaders(1).status()).hasToString("200");
            assertThat(served.readToAnyEnd()).last().extracting(Frame::type).isEqualTo(Http2Wire.GOAWAY);
        }
    }

    @Test
    void originThatGoesAwayAfterTheFirstOfAResponse_hasCutIt() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.get(1, "/1").get(3, "/3");
            Http2Wire served = relay.asked(2);
            served.respond(SECOND, false, "200").data(SECOND, false, "abc").goAway(FIRST, Http2Wire.NO_ERROR);
            relay.client.awaitHeaders(3);
            Frame cut = relay.client.await(frame -> frame.stream() == 3 && frame.type() != Http2Wire.DATA);
            assertThat(cut.type()).isEqualTo(Http2Wire.RST_STREAM);
            assertThat(cut.error()).isEqualTo(Http2Wire.INTERNAL_ERROR);
            assertThat(relay.proxy.record().error()).contains(RequestError.RESPONSE_CUT);
            served.respond(FIRST, true, "204");
            assertThat(relay.client.awaitHeaders(1).status()).hasToString("204");
            assertThat(relay.origin.hasAnother()).isFalse();
        }
    }

    @Test
    void originThatGoesAwayAfterAWholeResponse_hasAnswered() {
        try (var relay = Http2Relay.ofHttp2()) {
            int piece = 16 * 1024;
            int whole = 8 * piece; // More than the client has a window for.
            relay.client.request(1, false, "POST", "/");
            Http2Wire served = relay.asked(1);
            served.respond(FIRST, false, "200");
            for (int sent = piece; sent < whole; sent += piece) {
                served.data(FIRST, false, "x".repeat(piece));
            }
            served.data(FIRST, true, "x".repeat(piece)).goAway(1, Http2Wire.NO_ERROR);
            assertThat(served.readToAnyEnd()).last().extracting(Frame::type).isEqualTo(Http2Wire.GOAWAY);
            relay.client.windowUpdate(0, whole).windowUpdate(1, whole);
            assertThat(relay.client.response(1).body()).hasSize(whole);
            assertThat(relay.origin.hasAnother()).isFalse();
        }
    }

    @Test
    void idleConnectionWhoseOriginGoesAway_isClosed() {
        try (var relay = Http2Relay.ofHttp1()) {
            Http2Wire served = used(relay);
            served.goAway(FIRST, Http2Wire.NO_ERROR);
            assertThat(served.readToAnyEnd()).last().extracting(Frame::type).isEqualTo(Http2Wire.GOAWAY);
            relay.client.get("/");
            relay.accept().awaitHeaders();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void connectionThatDiesUnderARequest_isReplacedOnlyWhereTwiceIsAsGoodAsOnce(boolean idempotent) {
        try (var relay = Http2Relay.ofHttp1()) {
            Http2Wire served = used(relay);
            relay.client.send((idempotent ? "GET" : "POST") + " /x HTTP/1.1\r\nHost: shop.example.com\r\n\r\n");
            served.awaitHeaders();
            served.close();
            if (idempotent) {
                Http2Wire second = relay.accept();
                second.respond(second.awaitHeaders().stream(), true, "204");
            }
            assertThat(relay.client.readHead()).startsWith(idempotent ? "HTTP/1.1 204 " : "HTTP/1.1 502 ");
        }
    }

    @Test
    void connectionOnWhichARequestTimedOut_getsNoFurtherOnes() {
        ForwardSettings impatient = ForwardSettings.https(443).withTimes(shortResponses());
        try (var relay = Http2Relay.ofHttp2(setup -> setup.with(impatient))) {
            relay.client.get(1, "/1");
            Http2Wire served = relay.accept();
            served.awaitHeaders();
            assertThat(relay.client.response(1).status()).isEqualTo("504");
            Frame reset = served.await(Http2Wire.RST_STREAM);
            assertThat(reset.error()).isEqualTo(Http2Wire.CANCEL);
            relay.client.get(3, "/3");
            Http2Wire second = relay.accept();
            second.respond(second.awaitHeaders().stream(), true, "204");
            assertThat(relay.client.awaitHeaders(3).status()).hasToString("204");
            served.readToAnyEnd();
        }
    }

    private static TimeLimits shortResponses() {
        TimeLimits usual = TimeLimits.DEFAULT;
        return usual.withOrigins(usual.connect(), Duration.ofSeconds(3), usual.originIdle());
    }

    @Test
    void idleConnection_isClosedAfterAWhile() {
        try (var relay = Http2Relay.ofHttp1(setup -> setup.withPool(new PoolLimits(4, 4, Duration.ofMillis(200))))) {
            Http2Wire served = used(relay);
            assertThat(served.readToAnyEnd()).last().satisfies(last -> {
                assertThat(last.type()).isEqualTo(Http2Wire.GOAWAY);
                assertThat(last.error()).isEqualTo(Http2Wire.NO_ERROR);
            });
        }
    }

    @Test
    void connectionOnWhichManyRequestsWereCancelled_isLeftBeforeItsOriginMinds() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.get(1, "/kept");
            Http2Wire served = relay.asked(1);
            int next = 3;
            for (int i = 0; i < Http2OriginSetup.MOST_CANCELLED; i++, next += 2) {
                relay.client.get(next, "/left");
                assertThat(served.awaitHeaders().headers().path()).hasToString("/left");
                relay.client.reset(next, Http2Wire.CANCEL);
                served.await(Http2Wire.RST_STREAM);
            }
            relay.client.get(next, "/next");
            Http2Wire second = relay.accept();
            Frame request = second.awaitHeaders();
            assertThat(request.headers().path()).hasToString("/next");
            second.respond(request.stream(), true, "200");
            assertThat(relay.client.awaitHeaders(next).status()).hasToString("200");
            served.respond(FIRST, true, "204");
            assertThat(relay.client.awaitHeaders(1).status()).hasToString("204");
            assertThat(served.readToAnyEnd()).last().extracting(Frame::type).isEqualTo(Http2Wire.GOAWAY);
        }
    }

    @Test
    void connectionThatRefusedARequest_takesMoreAgainWithEachOneItAnswers() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.get(1, "/1").get(3, "/3");
            Http2Wire served = relay.asked(2);
            served.reset(SECOND, Http2Wire.REFUSED_STREAM);
            Http2Wire second = relay.accept();
            second.respond(second.awaitHeaders().stream(), true, "204");
            relay.client.awaitHeaders(3);
            served.respond(FIRST, true, "204");
            relay.client.awaitHeaders(1);
            relay.client.get(5, "/5").get(7, "/7");
            assertThat(served.awaitHeaders().headers().path()).hasToString("/5");
            assertThat(served.awaitHeaders().headers().path()).hasToString("/7");
        }
    }

    @Test
    void headThatIsTooLargeForTheOrigin_endsNobodyElsesRequest() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.get(1, "/1");
            Http2Wire served = relay.accept(Http2Wire.MAX_HEADER_LIST_SIZE, 8_192);
            served.awaitHeaders();
            served.ping();
            relay.client.request(3, true, "GET", "/3", "cookie", "x".repeat(8_192));
            assertThat(relay.client.response(3).status()).isEqualTo("431");
            assertThat(relay.proxy.record().error()).contains(RequestError.REQUEST_TOO_LARGE_FOR_ORIGIN);
            served.respond(FIRST, true, "204");
            assertThat(relay.client.awaitHeaders(1).status()).hasToString("204");
            relay.client.get(5, "/5");
            assertThat(served.awaitHeaders().headers().path()).hasToString("/5");
            assertThat(relay.origin.hasAnother()).isFalse();
        }
    }

    /** It may be more than the origin takes, which could end the connection with all that is on it. */
    @Test
    void largeHead_waitsForTheOriginsSettingsAndOthersDoNot() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.request(1, true, "GET", "/large", "cookie", "x".repeat(4_096));
            relay.client.request(3, true, "GET", "/small");
            var served = new Http2Wire(relay.origin.acceptPlain());
            assertThat(served.awaitHeadersBeforeSettings().headers().path()).hasToString("/small");
            served.settings(Http2Wire.MAX_HEADER_LIST_SIZE, 4_096);
            assertThat(relay.client.response(1).status()).isEqualTo("431");
            served.respond(FIRST, true, "204");
            assertThat(relay.client.awaitHeaders(3).status()).hasToString("204");
            relay.client.get(5, "/5");
            assertThat(served.awaitHeaders().headers().path()).hasToString("/5");
            assertThat(relay.origin.hasAnother()).isFalse();
        }
    }

    @Test
    void largeHeadThatTheOriginTakes_isSentWithItsBodyOnceThatIsKnown() {
        try (var relay = Http2Relay.ofHttp1();
                var other = relay.proxy.connect()) {
            relay.client.send(POST.replace("\r\n\r\n", "\r\nCookie: " + "x".repeat(4_096) + "\r\n\r\nabc"));
            var served = new Http2Wire(relay.origin.acceptPlain());
            other.get("/small");
            assertThat(served.awaitHeadersBeforeSettings().headers().path()).hasToString("/small");
            served.settings();
            assertThat(served.awaitHeaders().headers().path()).hasToString("/p");
            Frame body = served.await(Http2Wire.DATA);
            assertThat(body.text()).isEqualTo("abc");
            assertThat(body.ends()).isTrue();
            served.respond(SECOND, true, "204");
            assertThat(relay.client.readHead()).startsWith("HTTP/1.1 204 ");
        }
    }

    @Test
    void trailersThatAreTooLargeForTheOrigin_stayHere() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.request(1, false, "POST", "/");
            Http2Wire served = relay.accept(Http2Wire.MAX_HEADER_LIST_SIZE, 1_000);
            served.awaitHeaders();
            served.ping();
            relay.client.headers(1, true, "x-sum", "x".repeat(1_000));
            assertThat(served.await(Frame::ends).type()).isEqualTo(Http2Wire.DATA);
            served.respond(FIRST, true, "204");
            assertThat(relay.client.awaitHeaders(1).status()).hasToString("204");
        }
    }

    @Test
    void lateFramesOfAStreamThatWeReset_areNoReasonToEndTheOthers() {
        try (var relay = Http2Relay.ofHttp2()) {
            relay.client.get(1, "/1").get(3, "/3");
            Http2Wire served = relay.asked(2);
            relay.client.reset(1, Http2Wire.CANCEL);
            served.await(Http2Wire.RST_STREAM);
            served.respond(FIRST, false, "200").data(FIRST, false, "late").headers(FIRST, true, "x-a", "b");
            served.respond(SECOND, true, "204");
            assertThat(relay.client.awaitHeaders(3).status()).hasToString("204");
        }
    }
}
