package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.testkit.RawOrigin;
import dev.anyhost.testkit.RawOrigin.Script;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A request that comes back as its origin got it, which is what a load balancer makes of an origin that is ours. */
class RequestLoopTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: shop.example.com\r\n";

    private static final Script OK = Script.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

    @Test
    void requestThatComesBackAgainAndAgain_ends() {
        try (RawOrigin origin = RawOrigin.start(OK);
                ProxyFixture proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            String request = GET + "\r\n";
            for (int passage = 1; passage <= 3; passage++) {
                assertThat(client.send(request).readHead()).startsWith("HTTP/1.1 200 OK\r\n");
                assertThat(client.read(2)).isEqualTo("ok");
                String arrived = origin.takeRequest().head();
                assertThat(arrived.split("CDN-Loop: anyhost\r\n", -1)).hasSize(passage + 1);
                request = arrived.replaceFirst("Host: [^\r]*", "Host: shop.example.com");
            }
            assertThat(client.send(request).readToEnd())
                    .startsWith("HTTP/1.1 508 ")
                    .contains("The request has been here before");
            assertThat(origin.requests()).hasSize(3);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
                    200 ; cdn.example
                    200 ; anyhost, anyhost
                    200 ; anyhost.example, anyhosts, an anyhost, anyhost
                    508 ; anyhost, anyhost, anyhost
                    508 ; ANYHOST , cdn.example,anyhost,, anyhost
                    """)
    void listOfPassages_isRead(int status, String list) {
        assertThat(statusOf("CDN-Loop: " + list + "\r\n")).isEqualTo(status);
    }

    @Test
    void passagesInFieldsOfTheirOwnOrWithParameters_count() {
        assertThat(statusOf("CDN-Loop: anyhost; a=b\r\ncdn-loop: anyhost;c\r\nCDN-LOOP: anyhost\r\n"))
                .isEqualTo(508);
    }

    private static int statusOf(String fields) {
        try (RawOrigin origin = RawOrigin.start(OK);
                ProxyFixture proxy = ProxyFixture.to(origin.uri());
                var client = proxy.connect()) {
            String head = client.send(GET + fields + "\r\n").readHead();
            assertThat(origin.requests()).hasSize(head.startsWith("HTTP/1.1 508 ") ? 0 : 1);
            return Integer.parseInt(head.substring(9, 12));
        }
    }
}
