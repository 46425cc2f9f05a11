package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Policy;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a hostname's owner wants its requests treated, on the wire. */
@SuppressWarnings("StringConcatToTextBlock") // The line ends are the point.
class PolicyTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: shop.example.com\r\n\r\n";
    private static final String HSTS = "Strict-Transport-Security: max-age=31536000\r\n";
    private static final Policy YEAR = hsts(Duration.ofDays(365));

    private static Policy hsts(Duration age) {
        return new Policy(Optional.empty(), true, Optional.of(age));
    }

    private static EmbeddedProxy proxy(Policy policy) {
        return new EmbeddedProxy(
                ForwardSettings.https(443), hostname -> new OriginRoute.To(EmbeddedProxy.ORIGIN, policy));
    }

    @Test
    void transportSecurity_isAdded() {
        try (var proxy = proxy(YEAR)) {
            proxy.send(GET).answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

            assertThat(proxy.received()).isEqualTo("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + HSTS + "\r\nok");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Strict-Transport-Security: max-age=0\r\n",
                "strict-transport-security: max-age=1; includeSubDomains; preload\r\n",
                "STRICT-TRANSPORT-SECURITY: max-age=1\r\nStrict-Transport-Security: max-age=2\r\n",
            })
    void originsOwn_isReplacedByOneField(String lines) {
        try (var proxy = proxy(YEAR)) {
            proxy.send(GET).answer("HTTP/1.1 200 OK\r\n" + lines + "A: b\r\nContent-Length: 2\r\n\r\nok");

            assertThat(proxy.received())
                    .isEqualTo("HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 2\r\n" + HSTS + "\r\nok");
        }
    }

    @Test
    void originsOwn_passesWhereTheOwnerSaysNothing() {
        String response = "HTTP/1.1 200 OK\r\nStrict-Transport-Security: max-age=5\r\nContent-Length: 2\r\n\r\nok";
        try (var proxy = proxy(Policy.DEFAULT)) {
            assertThat(proxy.send(GET).answer(response).received()).isEqualTo(response);
        }
    }

    @Test
    void maxAgeOfNothing_makesClientsForget() {
        try (var proxy = proxy(hsts(Duration.ZERO))) {
            proxy.send(GET).answer("HTTP/1.1 204 No Content\r\n\r\n");

            assertThat(proxy.received())
                    .isEqualTo("HTTP/1.1 204 No Content\r\nStrict-Transport-Security: max-age=0\r\n\r\n");
        }
    }

    @Test
    void ourOwnErrors_sayItToo() {
        try (var proxy = proxy(YEAR)) {
            proxy.send(GET).answer("garbage\r\n\r\n");

            assertThat(proxy.received()).startsWith("HTTP/1.1 502 ").containsOnlyOnce(HSTS);
        }
    }

    @Test
    void originsTrailer_saysNothingOfIt() {
        try (var proxy = proxy(YEAR)) {
            proxy.send(GET)
                    .answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + "0\r\nA: b\r\nStrict-Transport-Security: max-age=1\r\n\r\n");

            assertThat(proxy.received()).endsWith("\r\n\r\n0\r\nA: b\r\n\r\n").containsOnlyOnce("Strict-Transport");
        }
    }

    @Test
    void plainHttp_neverSaysIt() {
        var plain = new ForwardSettings(
                "http",
                80,
                false,
                false,
                nobody -> false,
                ForwardSettings.https(443).requests(),
                ForwardSettings.https(443).responses(),
                TimeLimits.DEFAULT);
        String response = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        try (var proxy = new EmbeddedProxy(plain, hostname -> new OriginRoute.To(EmbeddedProxy.ORIGIN, YEAR))) {
            assertThat(proxy.send(GET).answer(response).received()).isEqualTo(response);
        }
    }

    @Test
    void openConnection_followsAChangedPolicy() {
        var policy = new AtomicReference<>(Policy.DEFAULT);
        try (var proxy = new EmbeddedProxy(
                ForwardSettings.https(443), hostname -> new OriginRoute.To(EmbeddedProxy.ORIGIN, policy.get()))) {
            proxy.send(GET).answer("HTTP/1.1 204 No Content\r\n\r\n");
            assertThat(proxy.receivedBy(0)).contains("Host: app.example.net\r\n");
            assertThat(proxy.received()).doesNotContain("Strict-Transport-Security");

            policy.set(new Policy(Optional.of(true), true, Optional.of(Duration.ofDays(365))));
            proxy.send(GET).answer("HTTP/1.1 204 No Content\r\n\r\n");
            assertThat(proxy.receivedBy(0)).contains("Host: shop.example.com\r\n");
            assertThat(proxy.received()).containsOnlyOnce(HSTS);
        }
    }
}
