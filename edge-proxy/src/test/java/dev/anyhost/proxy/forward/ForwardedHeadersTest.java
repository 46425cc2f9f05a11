package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Policy;
import dev.anyhost.proxy.http1.Http1Limits;
import dev.anyhost.proxy.http1.Parsed;
import dev.anyhost.proxy.http1.RequestHead;
import dev.anyhost.proxy.http1.RequestParser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardedHeadersTest {

    private static final Origin ORIGIN = new Origin(true, "app.example.net", 443, true);
    private static final InetAddress CLIENT = InetAddress.ofLiteral("203.0.113.7");
    private static final ForwardSettings SETTINGS = ForwardSettings.https(443);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarded-For: 6.6.6.6",
                "x-forwarded-proto: 6.6.6.6",
                "X-Forwarded-Host: 6.6.6.6",
                "X-FORWARDED-PORT: 6.6.6.6",
                "X-Forwarded-Prefix: 6.6.6.6",
                "X-Real-Ip: 6.6.6.6",
                "Forwarded: for=6.6.6.6",
                "User-Custom-Domain: 6.6.6.6",
                "X_Forwarded_For: 6.6.6.6",
                "X-Real_IP: 6.6.6.6",
                "any_thing: 6.6.6.6",
                "Proxy: 6.6.6.6",
                "Keep-Alive: 6.6.6.6",
                "Proxy-Connection: 6.6.6.6",
                "Proxy-Authorization: 6.6.6.6",
                "TE: 6.6.6.6",
                "Connection: x-named\r\nX-Named: 6.6.6.6",
                "X-Named: 6.6.6.6\r\nConnection: close, X-NAMED",
                "Connection: upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: 6.6.6.6",
            })
    void whatOnlyWeMaySayOrIsForOneHop_neverPasses(String fields) {
        assertThat(rewritten(SETTINGS, fields))
                .noneMatch(line -> line.contains("6.6.6.6"))
                .noneMatch(line -> line.startsWith("Upgrade"))
                .contains("X-Forwarded-For: 203.0.113.7", "X-Real-IP: 203.0.113.7");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Connection: x-forwarded-for, host, user-custom-domain, x-real-ip, content-length", "Accept: x"})
    void connectionField_cannotDropOurs(String fields) {
        assertThat(rewritten(SETTINGS, fields + "\r\nContent-Length: 3"))
                .contains(
                        "Host: app.example.net",
                        "Content-Length: 3",
                        "X-Forwarded-For: 203.0.113.7",
                        "X-Forwarded-Proto: https",
                        "X-Forwarded-Host: shop.example.com",
                        "X-Forwarded-Port: 443",
                        "X-Real-IP: 203.0.113.7",
                        "User-Custom-Domain: shop.example.com");
    }

    @Test
    void otherFields_passInOrderUntouched() {
        assertThat(rewritten(SETTINGS, "B: 1\r\nA:2\r\nCookie: \u00e4\r\nB:   3 \r\nUser-Agent:"))
                .startsWith(
                        "GET /p HTTP/1.1",
                        "Host: app.example.net",
                        "B: 1",
                        "A: 2",
                        "Cookie: \u00e4",
                        "B: 3",
                        "User-Agent: ");
    }

    @Test
    void preservedHost_isTheCustomersWithThePublicPort() {
        assertThat(rewritten(SETTINGS.withPreserveHost(true), "A: b")).contains("Host: shop.example.com");
        assertThat(rewritten(ForwardSettings.https(8443).withPreserveHost(true), "A: b"))
                .contains("Host: shop.example.com:8443", "X-Forwarded-Port: 8443");
    }

    @Test
    void policy_winsOverTheProxysPreservedHost() {
        var preserve = new Policy(Optional.of(true), true, Optional.empty());
        var replace = new Policy(Optional.of(false), true, Optional.empty());

        assertThat(rewritten(SETTINGS, preserve)).contains("Host: shop.example.com");
        assertThat(rewritten(SETTINGS, replace)).contains("Host: app.example.net");
        assertThat(rewritten(SETTINGS.withPreserveHost(true), preserve)).contains("Host: shop.example.com");
        assertThat(rewritten(SETTINGS.withPreserveHost(true), replace)).contains("Host: app.example.net");
    }

    @Test
    void forwarded_isSentWhereAskedFor() {
        assertThat(rewritten(SETTINGS.withForwarded(true), "Forwarded: for=6.6.6.6"))
                .contains("Forwarded: for=203.0.113.7;host=shop.example.com;proto=https");
        InetAddress v6 = InetAddress.ofLiteral("2001:db8::1");
        assertThat(rewritten(SETTINGS.withForwarded(true), "A: b", v6))
                .contains(
                        "Forwarded: for=\"[2001:db8::1]\";host=shop.example.com;proto=https", "X-Real-IP: 2001:db8::1");
    }

    @Test
    void trustedProxy_isBelieved() {
        ForwardSettings trusting = SETTINGS.withTrustedProxies(CLIENT::equals).withForwarded(true);

        assertThat(rewritten(
                        trusting,
                        "X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 2.2.2.2\r\nX-Real-IP: 1.1.1.1\r\n"
                                + "X-Forwarded-Proto: http\r\nForwarded: for=1.1.1.1\r\nUser-Custom-Domain: x"))
                .contains(
                        "X-Forwarded-For: 1.1.1.1, 2.2.2.2, 203.0.113.7",
                        "X-Forwarded-Proto: http",
                        "X-Real-IP: 1.1.1.1",
                        "User-Custom-Domain: shop.example.com",
                        "Forwarded: for=1.1.1.1, for=203.0.113.7;host=shop.example.com;proto=https");
    }

    @Test
    void webSocketUpgrade_passesAsTheOnlyOption() {
        assertThat(rewritten(SETTINGS, "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k"))
                .contains("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: k");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Upgrade: websocket",
                "Connection: Upgrade\r\nUpgrade: websocket, h2c",
                "Connection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c",
                "Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 1",
                "Connection: Upgrade\r\nUpgrade: TLS/1.2",
                "Connection: Upgrade\r\nUpgrade: HTTP/2.0",
            })
    void otherUpgrades_areOrdinaryRequests(String fields) {
        assertThat(rewritten(SETTINGS, fields)).noneMatch(line -> line.contains("pgrade"));
    }

    private static List<String> rewritten(ForwardSettings settings, String fields) {
        return rewritten(settings, fields, CLIENT);
    }

    private static List<String> rewritten(ForwardSettings settings, Policy policy) {
        return rewritten(new ForwardedHeaders(settings, ProxyFixture.SHOP, CLIENT), "A: b", policy);
    }

    private static List<String> rewritten(ForwardSettings settings, String fields, InetAddress client) {
        return rewritten(new ForwardedHeaders(settings, ProxyFixture.SHOP, client), fields, Policy.DEFAULT);
    }

    private static List<String> rewritten(ForwardedHeaders headers, String fields, Policy policy) {
        String text = "GET /p HTTP/1.1\r\nHost: shop.example.com\r\n" + fields + "\r\n\r\n";
        ByteBuf in = Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
        if (!(new RequestParser(Http1Limits.DEFAULT).parse(in) instanceof Parsed.Head<RequestHead>(RequestHead head))) {
            throw new AssertionError(text);
        }
        ByteBuf out = headers.rewrite(head, new OriginRoute.To(ORIGIN, policy), UnpooledByteBufAllocator.DEFAULT);
        String rewritten = out.toString(StandardCharsets.ISO_8859_1);
        out.release();
        assertThat(rewritten).endsWith("\r\n\r\n");
        return rewritten.lines().filter(line -> !line.isEmpty()).toList();
    }
}
