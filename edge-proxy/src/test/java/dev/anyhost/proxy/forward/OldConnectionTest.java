package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.forward.Http2Wire.Frame;
import dev.anyhost.proxy.listen.ConnectionAge;
import dev.anyhost.proxy.listen.ConnectionGate;
import dev.anyhost.proxy.listen.ListenerPipeline;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A connection that has got old, on the wire. */
class OldConnectionTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: shop.example.com\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static EmbeddedProxy aging(Duration most) {
        return aging(most, EmbeddedProxy.withDefaults());
    }

    private static EmbeddedProxy aging(Duration most, EmbeddedProxy proxy) {
        var gate = new ConnectionGate(ConnectionGate.Rules.NONE, nothing -> {}, () -> 0);
        proxy.client
                .pipeline()
                .addLast(new ListenerPipeline(
                        List.of(),
                        ChannelInboundHandlerAdapter::new,
                        gate,
                        Optional.of(new ConnectionAge(most, () -> 0.5))));
        return proxy;
    }

    @Test
    void busyConnection_endsWithItsNextResponse() {
        try (var proxy = aging(Duration.ofMinutes(2))) {
            assertThat(proxy.send(GET).answer(OK).received()).isEqualTo(OK);
            proxy.wait(Duration.ofSeconds(89));
            assertThat(proxy.send(GET).answer(OK).received()).isEqualTo(OK);
            proxy.send(GET).wait(Duration.ofSeconds(1));
            assertThat(proxy.answer(OK).received())
                    .isEqualTo("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
        }
    }

    @Test
    void http2Connection_isToldTwiceFinishesWhatItHasAndTakesNothingNew() {
        try (var client = EmbeddedHttp2.connected()) {
            EmbeddedProxy proxy = aging(Duration.ofMinutes(2), client.proxy);
            client.request(1, true, "GET", "/").answer(0, OK);
            proxy.wait(Duration.ofSeconds(89));
            client.request(3, true, "GET", "/in-flight");
            assertThat(client.frames()).extracting(Frame::type).doesNotContain(Http2Wire.GOAWAY);

            proxy.wait(Duration.ofSeconds(1));
            client.settle();
            List<Frame> told = client.frames();
            assertThat(told).extracting(Frame::type).containsExactly(Http2Wire.GOAWAY, Http2Wire.PING);
            assertThat(told.getFirst().last()).isEqualTo(Integer.MAX_VALUE);
            client.request(5, true, "GET", "/on-its-way");
            client.frame(Http2Wire.PING, Http2Wire.ACK, 0, told.getLast().payload());
            List<Frame> again = client.frames();
            assertThat(again).extracting(Frame::type).containsExactly(Http2Wire.GOAWAY);
            assertThat(again.getFirst().last()).isEqualTo(5);

            client.request(7, true, "GET", "/too-late");
            assertThat(proxy.origins).hasSize(2);
            assertThat(proxy.client.isOpen()).isTrue();
            client.answer(0, OK).answer(1, OK);
            assertThat(client.frames())
                    .filteredOn(Frame::ends)
                    .extracting(Frame::stream)
                    .containsExactlyInAnyOrder(3, 5);
            assertThat(proxy.receivedBy(0) + proxy.receivedBy(1))
                    .contains("/in-flight", "/on-its-way")
                    .doesNotContain("/too-late");
            proxy.wait(TimeLimits.DEFAULT.linger().plusSeconds(1));
            assertThat(proxy.client.isOpen()).isFalse();
        }
    }

    @Test
    void idleConnection_stillServesARequestThatIsOnItsWayAndThenEnds() {
        try (var proxy = aging(Duration.ofMinutes(2))) {
            assertThat(proxy.send(GET).answer(OK).received()).isEqualTo(OK);
            proxy.wait(Duration.ofSeconds(90));
            assertThat(proxy.client.isOpen()).isTrue();
            assertThat(proxy.send(GET).answer(OK).received()).contains("Connection: close\r\n");
        }
        try (var proxy = aging(Duration.ofMinutes(2))) {
            proxy.send(GET).answer(OK).received();
            proxy.wait(Duration.ofSeconds(90));
            proxy.wait(TimeLimits.DEFAULT.drain().plusMillis(1));
            assertThat(proxy.client.isOpen()).isFalse();
        }
    }
}
