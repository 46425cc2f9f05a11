package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TimeLimitsTest {

    private static final String HOST = "Host: shop.example.com\r\n";
    private static final String GET = "GET / HTTP/1.1\r\n" + HOST + "\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @Test
    void silentClient_isClosedWithoutAWord() {
        try (var proxy = EmbeddedProxy.withDefaults()) {
            assertThat(proxy.wait(seconds(9)).client.isActive()).isTrue();
            assertThat(proxy.wait(seconds(2)).client.isActive()).isFalse();
            assertThat(proxy.received()).isEmpty();
            assertThat(proxy.records).isEmpty();
        }
    }

    @Test
    void dribbledHead_is408TenSecondsAfterItsFirstByte() {
        try (var proxy = EmbeddedProxy.withDefaults()) {
            proxy.wait(seconds(9)).send("GET / HTTP/1.1\r\n").wait(seconds(9)).send("X: y\r\n");
            assertThat(proxy.received()).isEmpty();
            proxy.wait(seconds(2));
            assertThat(proxy.received()).startsWith("HTTP/1.1 408 ").contains("Connection: close");
            assertThat(proxy.records.getFirst().status()).isEqualTo(408);
            assertThat(proxy.records.getFirst().method()).isEqualTo("-");
        }
    }

    @Test
    void idleConnection_isClosedAfter300Seconds() {
        try (var proxy = EmbeddedProxy.withDefaults()) {
            proxy.send(GET).answer(OK);
            assertThat(proxy.received()).isEqualTo(OK);
            assertThat(proxy.wait(seconds(299)).client.isActive()).isTrue();
            assertThat(proxy.wait(seconds(2)).client.isActive()).isFalse();
            assertThat(proxy.received()).isEmpty();
        }
    }

    @Test
    void secondHead_hasTenSecondsFromItsFirstByte() {
        try (var proxy = EmbeddedProxy.withDefaults()) {
            proxy.send(GET).answer(OK).wait(seconds(200)).send("G").wait(seconds(9));
            assertThat(proxy.received()).isEqualTo(OK);
            assertThat(proxy.wait(seconds(2)).received()).startsWith("HTTP/1.1 408 ");
        }
    }

    @Test
    void responseThatDoesntCome_is504After60Seconds() {
        try (var proxy = EmbeddedProxy.withDefaults()) {
            proxy.send(GET).wait(seconds(59));
            assertThat(proxy.received()).isEmpty();
            proxy.wait(seconds(2));
            assertThat(proxy.received()).startsWith("HTTP/1.1 504 ");
            assertThat(proxy.records.getFirst().error()).contains(RequestError.RESPONSE_TIMEOUT);
            assertThat(proxy.origins.getFirst().isActive()).isFalse();
        }
    }

    @Test
    void responseBodyThatStops_isCutAfter60Seconds() {
        try (var proxy = EmbeddedProxy.withDefaults()) {
            proxy.send(GET).answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
            proxy.wait(seconds(59)).answer("de").wait(seconds(59));
            assertThat(proxy.client.isActive()).isTrue();
            proxy.wait(seconds(2));
            assertThat(proxy.client.isActive()).isFalse();
            assertThat(proxy.received()).endsWith("abcde");
            assertThat(proxy.records.getFirst().status()).isEqualTo(200);
            assertThat(proxy.records.getFirst().error()).contains(RequestError.RESPONSE_TIMEOUT);
        }
    }

    @Test
    void requestBodyThatStops_is408After60Seconds() {
        try (var proxy = EmbeddedProxy.withDefaults()) {
            proxy.send("POST / HTTP/1.1\r\n" + HOST + "Content-Length: 20000\r\n\r\n" + "x".repeat(10_000));
            proxy.wait(seconds(59)).send("y").wait(seconds(59));
            assertThat(proxy.received()).isEmpty();
            assertThat(proxy.wait(seconds(2)).received()).startsWith("HTTP/1.1 408 ");
            assertThat(proxy.origins.getFirst().isActive()).isFalse();
            assertThat(proxy.records.getFirst().bytesIn()).isEqualTo(10_001);
        }
    }

    @Test
    void chunkedRequestWithoutAFirstChunk_is408AndNeverConnects() {
        try (var proxy = EmbeddedProxy.withDefaults()) {
            proxy.send("POST / HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n5");
            assertThat(proxy.wait(seconds(61)).received()).startsWith("HTTP/1.1 408 ");
            assertThat(proxy.origins).isEmpty();
        }
    }

    @Test
    void connectionThatIsNeverMade_is504() {
        try (var proxy = EmbeddedProxy.withDefaults().neverConnecting()) {
            assertThat(proxy.send(GET).wait(seconds(61)).received()).startsWith("HTTP/1.1 504 ");
            assertThat(proxy.records.getFirst().error()).contains(RequestError.ORIGIN_CONNECT_TIMEOUT);
        }
    }

    @Test
    void idleTunnel_isClosedAfter300Seconds() {
        try (var proxy = EmbeddedProxy.withDefaults()) {
            proxy.send("GET / HTTP/1.1\r\n" + HOST + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            proxy.answer("HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello");
            assertThat(proxy.received()).startsWith("HTTP/1.1 101 ").endsWith("\r\n\r\nhello");
            proxy.wait(seconds(200)).send("ping").wait(seconds(200));
            assertThat(proxy.receivedBy(0)).endsWith("\r\n\r\nping");
            assertThat(proxy.client.isActive()).isTrue();
            proxy.wait(seconds(101));
            assertThat(proxy.client.isActive()).isFalse();
            assertThat(proxy.origins.getFirst().isActive()).isFalse();
            assertThat(proxy.records.getFirst().status()).isEqualTo(101);
        }
    }

    @Test
    void drain_closesConnectionsAfterTheirNextResponseOrAFewSeconds() {
        try (var idle = EmbeddedProxy.withDefaults();
                var crossing = EmbeddedProxy.withDefaults();
                var busy = EmbeddedProxy.withDefaults()) {
            idle.client.pipeline().fireUserEventTriggered(ConnectionEvent.DRAIN);
            assertThat(idle.wait(Duration.ofMillis(4_900)).client.isActive()).isTrue();
            assertThat(idle.wait(Duration.ofMillis(200)).client.isActive()).isFalse();

            crossing.client.pipeline().fireUserEventTriggered(ConnectionEvent.DRAIN);
            assertThat(crossing.send(GET).answer(OK).received()).endsWith("Connection: close\r\n\r\nok");

            busy.send(GET).client.pipeline().fireUserEventTriggered(ConnectionEvent.DRAIN);
            assertThat(busy.client.isActive()).isTrue();
            assertThat(busy.answer(OK).received()).endsWith("Connection: close\r\n\r\nok");
        }
    }

    @Test
    void drainWithinAResponse_closesTheConnectionAFewSecondsAfterIt() {
        try (var proxy = EmbeddedProxy.withDefaults()) {
            proxy.send(GET).answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
            proxy.client.pipeline().fireUserEventTriggered(ConnectionEvent.DRAIN);
            assertThat(proxy.wait(seconds(10)).answer("k").received()).isEqualTo(OK);
            assertThat(proxy.wait(Duration.ofMillis(4_900)).client.isActive()).isTrue();
            assertThat(proxy.wait(Duration.ofMillis(200)).client.isActive()).isFalse();
        }
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }

    @Test
    void originThatMayPauseForLonger_isWaitedForButNotTheClient() {
        TimeLimits usual = TimeLimits.DEFAULT;
        ForwardSettings patient = ForwardSettings.https(443)
                .withTimes(usual.withOrigins(usual.connect(), usual.responseHeaders(), Duration.ofHours(2)));
        try (var proxy = new EmbeddedProxy(patient)) {
            proxy.send(GET)
                    .answer("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n12")
                    .wait(seconds(3_600));
            assertThat(proxy.answer("3").received()).endsWith("\r\n\r\n123");
        }
        try (var proxy = new EmbeddedProxy(patient)) {
            proxy.send(GET).answer("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n1");
            proxy.client.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
            proxy.answer("2").answer("3").wait(seconds(61));
            assertThat(proxy.client.isActive()).isFalse();
        }
    }
}
