package dev.anyhost.proxy.forward;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Policy;
import dev.anyhost.domain.Route;
import dev.anyhost.proxy.admission.Permission;
import dev.anyhost.proxy.http1.Http1Limits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The http port, byte for byte. */
@SuppressWarnings("StringConcatToTextBlock") // The line ends are the point.
class PublicHttpTest {

    private static final String NOT_FOUND =
            "HTTP/1.1 404 Not Found\r\nCache-Control: no-store\r\nContent-Length: 0\r\n\r\n";

    private final List<Hostname> wanted = new ArrayList<>();
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private Permission permission = new Permission.Allowed(Route.UNNAMED);

    @AfterEach
    void finish() {
        channel.finishAndReleaseAll();
    }

    private PublicHttp http() {
        var permissions = new PublicHttp.Permissions() {
            @Override
            public boolean isRefused(Hostname hostname) {
                return false;
            }

            @Override
            public Future<Permission> of(Hostname hostname, InetAddress client, EventExecutor loop) {
                return loop.newSucceededFuture(permission);
            }
        };
        return new PublicHttp(
                permissions,
                channel.eventLoop(),
                new PublicHttp.Ports(() -> true, Optional::empty, (hostname, client) -> wanted.add(hostname), 443));
    }

    private String get(String path) {
        return send("GET " + path + " HTTP/1.1\r\nHost: shop.example.com\r\n\r\n");
    }

    private String send(String request) {
        if (channel.pipeline().get(SmallHttpHandler.class) == null) {
            channel.pipeline()
                    .addLast(
                            new SmallHttpHandler(http()::answer, Http1Limits.DEFAULT, TimeLimits.DEFAULT, () -> false));
        }
        channel.writeInbound(Unpooled.copiedBuffer(request, ISO_8859_1));
        channel.runPendingTasks();
        var all = new StringBuilder();
        for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
            all.append(next.toString(ISO_8859_1));
            next.release();
        }
        return all.toString();
    }

    @Test
    void allowedName_isRedirectedAndItsCertificateWanted() {
        assertThat(get("/a?b"))
                .startsWith("HTTP/1.1 308 Permanent Redirect\r\n")
                .contains("Location: https://shop.example.com/a?b\r\n", "Cache-Control: no-store\r\n");
        assertThat(wanted).hasSize(1);
    }

    /** Whatever else a request names, it goes to its own hostname; nothing of another is written down for a cache. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET //evil.example/%2f.. HTTP/1.1\r\nHost: shop.example.com\r\n",
                "GET /\\evil.example HTTP/1.1\r\nHost: shop.example.com\r\n",
                "GET /@evil.example HTTP/1.1\r\nHost: shop.example.com:8080\r\n",
                "GET / HTTP/1.1\r\nHost: SHOP.example.com.\r\nX-Forwarded-Host: evil.example\r\n",
                "GET / HTTP/1.1\r\nHost: shop.example.com\r\nForwarded: host=evil.example\r\nX-Host: evil.example\r\n",
                "GET http://shop.example.com//evil.example HTTP/1.1\r\nHost: shop.example.com\r\n",
            })
    void redirect_staysOnTheHostname(String head) {
        assertThat(send(head + "\r\n"))
                .startsWith("HTTP/1.1 308 ")
                .contains("\r\nLocation: https://shop.example.com/", "Cache-Control: no-store\r\n")
                .doesNotContain(":8080", "https://evil");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET http://evil.example/ HTTP/1.1\r\nHost: shop.example.com\r\n",
                "GET / HTTP/1.1\r\nHost: shop.example.com@evil.example\r\n",
                "GET / HTTP/1.1\r\nHost: shop.example.com/evil.example\r\n",
                "GET / HTTP/1.1\r\nHost: shop.example.com\r\nHost: evil.example\r\n",
                "GET /%0d%0a\r X HTTP/1.1\r\nHost: shop.example.com\r\n",
            })
    void whatCouldNameTwoHosts_isRefused(String head) {
        assertThat(send(head + "\r\n")).startsWith("HTTP/1.1 400 ").doesNotContain("evil", "Location");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/metrics", "/health/ready", "/health/live"})
    void whatIsTheAdminPorts_isNotHere(String path) {
        assertThat(get(path)).startsWith("HTTP/1.1 308 ").doesNotContain("anyhost_", "ready\n", "live\n");
        permission = new Permission.Refused(false);
        assertThat(get(path)).isEqualTo(NOT_FOUND);
    }

    @Test
    void nameWithoutTheRedirect_hasNoHttpPort() {
        permission = new Permission.Allowed(Route.UNNAMED.with(new Policy(Optional.empty(), false, Optional.empty())));

        assertThat(get("/a?b")).isEqualTo(NOT_FOUND);
        assertThat(wanted).isEmpty();
        // Its challenges are still looked up: here, before the account was loaded.
        assertThat(get("/.well-known/acme-challenge/LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0"))
                .startsWith("HTTP/1.1 503 ");
        assertThat(get("/health")).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void transportSecurity_isNotSaidHere() {
        permission = new Permission.Allowed(
                Route.UNNAMED.with(new Policy(Optional.empty(), true, Optional.of(Duration.ofDays(1)))));

        assertThat(get("/")).startsWith("HTTP/1.1 308 ").doesNotContain("Strict-Transport-Security");
    }

    @Test
    void refusedAndUnknownNames_areToldApart() {
        permission = new Permission.Refused(false);
        assertThat(get("/")).isEqualTo(NOT_FOUND);
        permission = new Permission.Unknown(Permission.Why.VERIFIER_SILENT);
        assertThat(get("/")).startsWith("HTTP/1.1 503 ").contains("Cache-Control: no-store\r\n");
        assertThat(wanted).isEmpty();
    }
}
