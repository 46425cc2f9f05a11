package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a request whose kept origin connection turns out to be dead; with real sockets in FailureTest. */
class StaleConnectionTest {

    private static final String HOST = "Host: shop.example.com\r\n";
    private static final String GET = "GET / HTTP/1.1\r\n" + HOST + "\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    /** A proxy that keeps one origin connection. */
    private static EmbeddedProxy keepingOne() {
        var proxy = EmbeddedProxy.withDefaults();
        proxy.send(GET).answer(OK).received();
        proxy.receivedBy(0);
        assertThat(proxy.pooled()).isEqualTo(1);
        return proxy;
    }

    @Test
    void connectionThatClosedWhileItWasKept_isNotUsedForAnything() {
        try (var proxy = keepingOne()) {
            proxy.origins.getFirst().close();
            proxy.send("POST / HTTP/1.1\r\n" + HOST + "Content-Length: 3\r\n\r\nabc");
            assertThat(proxy.receivedBy(1)).startsWith("POST / ").endsWith("abc");
            assertThat(proxy.answer(1, OK).received()).isEqualTo(OK);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, '', true",
        "DELETE, 'Content-Length: 0\r\n', true",
        "PUT, 'Content-Length: 3\r\n', false",
        "POST, 'Content-Length: 0\r\n', false",
        "POST, 'Content-Length: 3\r\n', false",
        "PATCH, '', false",
    })
    void connectionThatDiesUnderARequest_isReplacedOnlyWhereTwiceIsAsGoodAsOnce(
            String method, String length, boolean again) {
        try (var proxy = keepingOne()) {
            proxy.send(method + " /x HTTP/1.1\r\n" + HOST + length + "\r\n" + (length.contains("3") ? "abc" : ""));
            assertThat(proxy.receivedBy(0)).startsWith(method + " /x ");
            proxy.origins.getFirst().close();
            assertThat(proxy.origins).hasSize(again ? 2 : 1);
            if (again) {
                assertThat(proxy.receivedBy(1)).startsWith(method + " /x ");
                assertThat(proxy.answer(1, OK).received()).isEqualTo(OK);
            } else {
                assertThat(proxy.received()).startsWith("HTTP/1.1 502 ");
            }
        }
    }

    @Test
    void secondConnectionThatDies_isA502() {
        try (var proxy = keepingOne()) {
            proxy.send(GET).origins.getFirst().close();
            proxy.origins.get(1).close();
            assertThat(proxy.received()).startsWith("HTTP/1.1 502 ");
            assertThat(proxy.origins).hasSize(2);
        }
    }

    @Test
    void answerThatHadBegun_isNotAskedForAgain() {
        try (var proxy = keepingOne()) {
            proxy.send(GET).answer("H").origins.getFirst().close();
            assertThat(proxy.received()).startsWith("HTTP/1.1 502 ");
            assertThat(proxy.origins).hasSize(1);
        }
    }
}
