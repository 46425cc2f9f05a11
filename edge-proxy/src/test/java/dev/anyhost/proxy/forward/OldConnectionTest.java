package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

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
        var proxy = EmbeddedProxy.withDefaults();
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
