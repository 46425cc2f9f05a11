package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What visitors read when a request fails, on the wire. */
class ErrorPageTest {

    private static final String BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    private static final OriginRoutes NOWHERE = hostname -> new OriginRoute.Unavailable("no_route");

    /** A whole answer to a request that nobody can serve. */
    private static String answer(String method, String... accept) {
        var lines = new StringBuilder();
        for (String value : accept) {
            lines.append("Accept: ").append(value).append("\r\n");
        }
        try (var proxy = new EmbeddedProxy(ForwardSettings.https(443), NOWHERE)) {
            return proxy.send(method + " / HTTP/1.1\r\nHost: shop.example.com\r\n" + lines + "\r\n")
                    .received();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {BROWSER, "text/html", "TEXT/HTML;q=0.1", "text/html;level=1", "text/plain;q=0.5, text/html;q=0.5"
            })
    void clientThatAsksForHtml_getsAPage(String accept) {
        String answer = answer("GET", accept);
        assertThat(answer)
                .startsWith("HTTP/1.1 503 Service Unavailable\r\n")
                .contains("Content-Type: text/html; charset=utf-8\r\n")
                .contains("Content-Security-Policy: default-src 'none'")
                .contains("<h1>503 Service Unavailable</h1>")
                .contains("<small>Error: no-route</small>");
        assertThat(answer).contains("Content-Length: " + body(answer).length() + "\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*/*",
                "text/*",
                "application/json",
                "text/html;q=0",
                "text/html;q=0.000",
                "text/html;q=x",
                "text/htmlx",
                "text/plain, text/html;q=0.9",
                "",
                ",;,=",
                "text/html;q=2"
            })
    void everybodyElse_getsText(String accept) {
        assertThat(answer("GET", accept)).contains("Content-Type: text/plain; charset=utf-8\r\n");
        assertThat(body(answer("GET", accept))).isEqualTo("""
                No origin is known for this hostname.
                Try again in a few minutes; if it goes on, tell the owner of this site.
                Error: no-route
                """);
    }

    @Test
    void acceptInSeveralLines_isOneList() {
        assertThat(answer("GET", "application/json", "text/html")).contains("<!doctype html>");
        assertThat(answer("GET")).contains("text/plain");
    }

    @Test
    void headRequest_getsTheHeadOfThePage() {
        String answer = answer("HEAD", BROWSER);
        assertThat(answer).contains("text/html").endsWith("\r\n\r\n");
        assertThat(answer)
                .contains("Content-Length: " + body(answer("GET", BROWSER)).length() + "\r\n");
    }

    @Test
    void failureOfTheOrigin_saysNothingOfTheOrigin() {
        try (var proxy = EmbeddedProxy.withDefaults()) {
            proxy.send("GET /secret HTTP/1.1\r\nHost: shop.example.com\r\nAccept: text/html\r\n\r\n")
                    .answer("HTTP/1.1 200 \u0000<script>\r\n\r\n");
            assertThat(proxy.received())
                    .startsWith("HTTP/1.1 502 ")
                    .contains("response-malformed")
                    .doesNotContain("app.example.net", "/secret", "<script>", "Exception");
        }
    }

    @Test
    void http2_getsTheSamePage() {
        try (var proxy = ProxyFixture.startHttp2(ProxyFixture.Setup.to(NOWHERE));
                var client = proxy.connectHttp2()) {
            Http2Wire.Response page =
                    client.request(1, true, "GET", "/", "accept", BROWSER).response(1);
            assertThat(page.status()).isEqualTo("503");
            assertThat(page.head().get("content-type")).hasToString("text/html; charset=utf-8");
            assertThat(page.body()).isEqualTo(body(answer("GET", BROWSER)));
            Http2Wire.Response text = client.get(3, "/").response(3);
            assertThat(text.body()).isEqualTo(body(answer("GET", "*/*")));
        }
    }

    private static String body(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }
}
