package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Policy;
import dev.anyhost.proxy.concurrent.RateLimit;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who asks too often is told so and when to come back, on the wire, and no origin hears of it. */
class RequestLimitsTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: shop.example.com\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final Optional<RateLimit> TWO = Optional.of(new RateLimit(2, Duration.ofSeconds(60)));
    private static final Optional<RateLimit> NONE = Optional.empty();

    private static RequestLimits perClient() {
        return new RequestLimits(TWO, NONE, () -> 0);
    }

    private static EmbeddedProxy proxy(RequestLimits limits) {
        return proxy(limits, ForwardSettings.https(443), Optional.empty());
    }

    private static EmbeddedProxy proxy(RequestLimits limits, ForwardSettings settings, Optional<String> tenant) {
        return new EmbeddedProxy(
                settings, name -> new OriginRoute.To(EmbeddedProxy.ORIGIN, Policy.DEFAULT, tenant), limits);
    }

    private static String exchange(EmbeddedProxy proxy) {
        proxy.send(GET);
        if (!proxy.origins.isEmpty() && !proxy.receivedBy(0).isEmpty()) {
            proxy.answer(OK);
        }
        return proxy.received();
    }

    @Test
    void clientBeyondItsRate_gets429AndKeepsItsConnection() {
        try (var proxy = proxy(perClient())) {
            assertThat(exchange(proxy)).isEqualTo(OK);
            assertThat(exchange(proxy)).isEqualTo(OK);
            assertThat(exchange(proxy))
                    .startsWith("HTTP/1.1 429 Too Many Requests\r\n")
                    .contains("Retry-After: 30\r\n", "Too many requests from this client.")
                    .doesNotContain("Connection: close");
            assertThat(exchange(proxy)).startsWith("HTTP/1.1 429 ");
            assertThat(proxy.client.isOpen()).isTrue();
            assertThat(proxy.receivedBy(0)).isEmpty();
            assertThat(proxy.records).extracting(RequestRecord::status).containsExactly(200, 200, 429, 429);
            assertThat(proxy.records.getLast().error()).contains(RequestError.CLIENT_LIMITED);
        }
    }

    @Test
    void connectionAfterA429_endsWhenIdle() {
        try (var proxy = proxy(perClient())) {
            for (int i = 0; i < 3; i++) {
                exchange(proxy);
            }
            proxy.wait(TimeLimits.DEFAULT.idle().plusSeconds(1));
            assertThat(proxy.client.isOpen()).isFalse();
        }
    }

    @Test
    void refusedBody_isNotTakenForARequest() {
        try (var proxy = proxy(perClient())) {
            exchange(proxy);
            exchange(proxy);
            String post = "POST / HTTP/1.1\r\nHost: shop.example.com\r\nContent-Length: " + GET.length() + "\r\n\r\n";
            assertThat(proxy.send(post + GET).received())
                    .startsWith("HTTP/1.1 429 ")
                    .contains("Connection: close\r\n")
                    .containsOnlyOnce("HTTP/1.1");
            assertThat(proxy.records).hasSize(3);
        }
    }

    @Test
    void timeThatPasses_letsTheNextRequestIn() {
        var clock = new java.util.concurrent.atomic.AtomicLong();
        try (var proxy = proxy(new RequestLimits(TWO, NONE, clock::get))) {
            for (int i = 0; i < 3; i++) {
                exchange(proxy);
            }
            clock.addAndGet(Duration.ofSeconds(30).toNanos() + 1_000);
            assertThat(exchange(proxy)).isEqualTo(OK);
            assertThat(exchange(proxy)).startsWith("HTTP/1.1 429 ");
        }
    }

    @Test
    void clients_areLimitedByAddressAndByNetworkOfSix() {
        RequestLimits limits = perClient();
        for (String address : new String[] {"203.0.113.7", "203.0.113.8", "2001:db8:0:1::1", "2001:db8:0:2::1"}) {
            assertThat(takes(limits, address)).as(address).isTrue();
            assertThat(takes(limits, address)).as(address).isTrue();
            assertThat(takes(limits, address)).as(address).isFalse();
        }
        assertThat(takes(limits, "2001:db8:0:1:ffff::9")).isFalse();
        assertThat(takes(limits, "::ffff:203.0.113.7")).isFalse();
    }

    private static boolean takes(RequestLimits limits, String address) {
        Optional<ClientNetwork> client = Optional.of(ClientNetwork.of(InetAddress.ofLiteral(address)));
        return limits.ofClient(client).or(() -> limits.ofTenant("shop")).isEmpty();
    }

    @Test
    void trustedProxyThatNamesNobodyAndUnnamedClient_areNotLimitedAsOneClient() {
        ForwardSettings trusting = ForwardSettings.https(443).withTrustedProxies(any -> true);
        try (var proxy = proxy(perClient(), trusting, Optional.empty())) {
            for (int i = 0; i < 5; i++) {
                assertThat(exchange(proxy)).isEqualTo(OK);
            }
        }
        var channel = new io.netty.channel.embedded.EmbeddedChannel();
        ClientAddress.set(channel, new InetSocketAddress("203.0.113.7", 1));
        assertThat(ClientNetwork.of(channel)).isPresent();
        ClientAddress.setUnknown(channel);
        assertThat(ClientNetwork.of(channel)).isEmpty();
    }

    @Test
    void tenantsLimit_holdsForAllItsClients() {
        var limits = new RequestLimits(NONE, TWO, () -> 0);
        try (var one = proxy(limits, ForwardSettings.https(443), Optional.of("acme"));
                var two = proxy(limits, ForwardSettings.https(443), Optional.of("acme"));
                var other = proxy(limits, ForwardSettings.https(443), Optional.of("other"));
                var nameless = proxy(limits)) {
            assertThat(exchange(one)).isEqualTo(OK);
            assertThat(exchange(two)).isEqualTo(OK);
            assertThat(exchange(one)).startsWith("HTTP/1.1 429 ").contains("Too many requests to this site.");
            assertThat(exchange(two)).startsWith("HTTP/1.1 429 ");
            assertThat(exchange(other)).isEqualTo(OK);
            assertThat(exchange(nameless)).isEqualTo(OK);
        }
    }

    @Test
    void clientsExcess_takesNothingFromItsTenant() {
        var limits = new RequestLimits(TWO, Optional.of(new RateLimit(3, Duration.ofSeconds(60))), () -> 0);
        for (int i = 0; i < 10; i++) {
            takes(limits, "203.0.113.7");
        }
        assertThat(takes(limits, "203.0.113.8")).isTrue();
        assertThat(takes(limits, "203.0.113.8")).isFalse();
    }

    @Test
    void shortMemory_isA503ForWhatIsNewAndTakesNothingFromAnybody() {
        var shedding = new java.util.concurrent.atomic.AtomicBoolean(true);
        var limits = new RequestLimits(TWO, NONE, () -> 0, shedding::get);
        try (var proxy = proxy(limits)) {
            assertThat(exchange(proxy))
                    .startsWith("HTTP/1.1 503 ")
                    .contains("Retry-After: 5\r\n", "Connection: close\r\n", "Error: memory-short");
            assertThat(proxy.records.getLast().error()).contains(RequestError.MEMORY_SHORT);
        }
        for (int i = 0; i < 5; i++) {
            assertThat(limits.ofProcess()).isPresent();
        }
        shedding.set(false);
        try (var proxy = proxy(limits)) {
            proxy.send(GET).receivedBy(0);
            shedding.set(true);
            assertThat(proxy.answer(OK).received()).isEqualTo(OK); // What is there goes on.
        }
    }

    @Test
    void shortMemory_isA503ForTheStreamInHttp2() {
        var shedding = new java.util.concurrent.atomic.AtomicBoolean(true);
        try (var origin = dev.anyhost.testkit.RawOrigin.start(dev.anyhost.testkit.RawOrigin.Script.answering(OK));
                var proxy = ProxyFixture.startHttp2(ProxyFixture.Setup.to(origin.uri())
                        .withLimits(new RequestLimits(NONE, NONE, () -> 0, shedding::get)));
                var client = proxy.connectHttp2()) {
            Http2Wire.Response refused = client.get(1, "/").response(1);
            assertThat(refused.status()).isEqualTo("503");
            assertThat(refused.head().get("retry-after")).hasToString("5");
            assertThat(origin.connections()).isEmpty();
            shedding.set(false);
            assertThat(client.get(3, "/").response(3).status()).isEqualTo("200");
        }
    }

    @Test
    void http2_getsA429ForTheStreamAlone() {
        try (var origin = dev.anyhost.testkit.RawOrigin.start(dev.anyhost.testkit.RawOrigin.Script.answering(OK));
                var proxy = ProxyFixture.startHttp2(
                        ProxyFixture.Setup.to(origin.uri()).withLimits(perClient()));
                var client = proxy.connectHttp2()) {
            assertThat(client.get(1, "/").response(1).status()).isEqualTo("200");
            assertThat(client.get(3, "/").response(3).status()).isEqualTo("200");
            Http2Wire.Response third = client.get(5, "/").response(5);
            assertThat(third.status()).isEqualTo("429");
            assertThat(third.head().get("retry-after")).hasToString("30");
            assertThat(client.get(7, "/").response(7).status()).isEqualTo("429");
        }
    }
}
