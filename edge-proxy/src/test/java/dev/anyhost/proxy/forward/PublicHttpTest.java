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
        if (channel.pipeline().get(SmallHttpHandler.class) == null) {
            channel.pipeline()
                    .addLast(
                            new SmallHttpHandler(http()::answer, Http1Limits.DEFAULT, TimeLimits.DEFAULT, () -> false));
        }
        String request = "GET " + path + " HTTP/1.1\r\nHost: shop.example.com\r\n\r\n";
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
