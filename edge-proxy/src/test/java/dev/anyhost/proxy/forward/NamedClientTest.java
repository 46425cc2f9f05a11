package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.proxy.concurrent.RateLimit;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Behind a trusted proxy the client that it names is the one that is limited, and nobody can name another. */
class NamedClientTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final InetAddress PEER = InetAddress.ofLiteral("0.0.0.0"); // An embedded channel's.
    private static final InetAddress INNER = InetAddress.ofLiteral("10.0.0.9");

    private static EmbeddedProxy proxy() {
        var one = Optional.of(new RateLimit(1, Duration.ofHours(1)));
        return new EmbeddedProxy(
                ForwardSettings.https(443).withTrustedProxies(address -> address.equals(PEER) || address.equals(INNER)),
                name -> new OriginRoute.To(EmbeddedProxy.ORIGIN),
                new RequestLimits(one, Optional.empty(), () -> 0));
    }

    private static boolean isTaken(EmbeddedProxy proxy, String fields) {
        proxy.send("GET / HTTP/1.1\r\nHost: shop.example.com\r\n" + fields + "\r\n\r\n");
        if (!proxy.origins.isEmpty() && !proxy.receivedBy(0).isEmpty()) {
            proxy.answer(OK);
        }
        String answer = proxy.received();
        assertThat(answer).matches("(?s)HTTP/1.1 (200|429) .*");
        return answer.startsWith("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarded-For: 203.0.113.7",
                "X-Forwarded-For: 203.0.113.7:4711",
                "X-Forwarded-For: ::ffff:203.0.113.7",
                "X-Forwarded-For: 198.51.100.1, 203.0.113.7",
                "X-Forwarded-For: 198.51.100.1\r\nX-Forwarded-For: 203.0.113.7",
                "X-Forwarded-For: nonsense,203.0.113.7 , 10.0.0.9",
                "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-For: 10.0.0.9, 10.0.0.9",
                "X-Forwarded-For: 203.0.113.7\r\nForwarded: for=198.51.100.1",
                "Forwarded: for=203.0.113.7",
                "Forwarded: proto=https; For=\"203.0.113.7:80\";host=a",
                "Forwarded: for=\"[2001:db8::1]\", for=203.0.113.7, for=10.0.0.9",
                "Forwarded: for=\"x, for=203.0.113.7",
            })
    void namedClient_isTheOneThatIsLimited(String fields) {
        try (var proxy = proxy()) {
            assertThat(isTaken(proxy, "X-Forwarded-For: 203.0.113.7")).isTrue();
            assertThat(isTaken(proxy, fields)).isFalse();
            assertThat(isTaken(proxy, "X-Forwarded-For: 203.0.113.7, 198.51.100.99"))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Accept: */*",
                "X-Forwarded-For: ",
                "X-Forwarded-For: unknown",
                "X-Forwarded-For: 203.0.113.7, _hidden",
                "X-Forwarded-For: 10.0.0.9",
                "X-Forwarded-For: [",
                "X-Forwarded-For: 203.0.113.7:80:80",
                "Forwarded: by=203.0.113.7",
                "Forwarded: for=\"",
                "Forwarded: for=unknown",
            })
    void unnamedClient_isNotLimited(String fields) {
        try (var proxy = proxy()) {
            assertThat(isTaken(proxy, fields)).isTrue();
            assertThat(isTaken(proxy, fields)).isTrue();
        }
    }

    @Test
    void networkOfSix_isOneClient() {
        try (var proxy = proxy()) {
            assertThat(isTaken(proxy, "X-Forwarded-For: 2001:db8::1")).isTrue();
            assertThat(isTaken(proxy, "Forwarded: for=\"[2001:db8::2]:80\"")).isFalse();
            assertThat(isTaken(proxy, "X-Forwarded-For: [2001:db8:0:0:1::]:80")).isFalse();
            assertThat(isTaken(proxy, "X-Forwarded-For: 2001:db8:0:1::1")).isTrue();
        }
    }

    @Test
    void clientOfItsOwn_cantNameAnother() {
        var one = Optional.of(new RateLimit(1, Duration.ofHours(1)));
        try (var proxy = new EmbeddedProxy(
                ForwardSettings.https(443),
                name -> new OriginRoute.To(EmbeddedProxy.ORIGIN),
                new RequestLimits(one, Optional.empty(), () -> 0))) {
            assertThat(isTaken(proxy, "X-Forwarded-For: 203.0.113.7")).isTrue();
            assertThat(isTaken(proxy, "X-Forwarded-For: 203.0.113.8")).isFalse();
        }
    }
}
