package dev.anyhost.proxy.forward;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Route;
import dev.anyhost.proxy.admission.Permission;
import dev.anyhost.proxy.challenge.Http01Answers;
import dev.anyhost.proxy.http1.RequestHead;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The public http port: load balancers' health checks, http-01 validations, and the way to https for hostnames that are
 * allowed and whose owners want it: a hostname without the redirect is answered as if it had no http port. Nothing that a client sent is reflected to a name that isn't.
 */
public final class PublicHttp {

    private final Permissions permissions;
    private final EventExecutorGroup loops;
    private final Ports ports;

    /**
     * @param ready whether a load balancer should send traffic
     * @param http01 empty until the account is loaded
     * @param wanted hears of allowed hostnames, so that their certificate is on its way when the visitor comes back
     * @param httpsPort the port that clients see
     */
    public record Ports(
            BooleanSupplier ready,
            Supplier<Optional<Http01Answers>> http01,
            BiConsumer<Hostname, InetAddress> wanted,
            int httpsPort) {}

    /** Who may be served: the same verdicts and the same bounds as for handshakes. */
    public interface Permissions {

        /** Whether a hostname is known to be refused, from memory. */
        boolean isRefused(Hostname hostname);

        /** Whether a hostname may be served, perhaps after an ask; completes on {@code loop}. */
        Future<Permission> of(Hostname hostname, InetAddress client, EventExecutor loop);
    }

    /** Any of the loops completes an answer. */
    public PublicHttp(Permissions permissions, EventExecutorGroup loops, Ports ports) {
        this.permissions = permissions;
        this.loops = loops;
        this.ports = ports;
    }

    /** Answers at once from memory, or after an ask. */
    public Future<SmallResponse> answer(RequestHead request, InetAddress client) {
        EventExecutor loop = loops.next();
        if (request.path().equals("/health")) {
            boolean ready = ports.ready().getAsBoolean();
            return loop.newSucceededFuture(SmallResponse.text(ready ? 200 : 503, ready ? "ok\n" : "not ready\n"));
        }
        Optional<Hostname> hostname = request.host().flatMap(Hostname::parse);
        if (hostname.isEmpty()) {
            return loop.newSucceededFuture(SmallResponse.empty(404));
        }
        return request.path().startsWith(Http01Answers.PATH_PREFIX)
                ? loop.newSucceededFuture(validation(hostname.get(), request.path()))
                : redirect(hostname.get(), client, request, loop);
    }

    /** RFC 8555 section 8.3. The answer helps only our own account, so only a known refusal withholds it. */
    private SmallResponse validation(Hostname hostname, String path) {
        boolean refused = permissions.isRefused(hostname);
        Optional<Http01Answers> answers = ports.http01().get();
        if (answers.isEmpty()) {
            return SmallResponse.empty(503);
        }
        String token = path.substring(Http01Answers.PATH_PREFIX.length());
        return (refused ? Optional.<String>empty() : answers.get().answer(token))
                .map(body -> new SmallResponse(
                        200, Map.of("Content-Type", "text/plain", "X-Content-Type-Options", "nosniff"), body))
                .orElseGet(() -> SmallResponse.empty(404));
    }

    private Future<SmallResponse> redirect(
            Hostname hostname, InetAddress client, RequestHead request, EventExecutor loop) {
        Promise<SmallResponse> answer = loop.newPromise();
        permissions
                .of(hostname, client, loop)
                .addListener((Future<Permission> asked) -> answer.setSuccess(
                        asked.isSuccess()
                                ? redirect(asked.getNow(), hostname, client, request)
                                : SmallResponse.empty(503)));
        return answer;
    }

    private SmallResponse redirect(Permission permission, Hostname hostname, InetAddress client, RequestHead request) {
        return switch (permission) {
            case Permission.Refused _ -> SmallResponse.empty(404);
            case Permission.Unknown _ -> SmallResponse.empty(503);
            // Plain HTTP goes to no origin: who doesn't want the redirect has no http port.
            case Permission.Allowed(Route route) when !route.policy().httpsRedirect() -> SmallResponse.empty(404);
            case Permission.Allowed _ -> {
                ports.wanted().accept(hostname, client);
                String port = ports.httpsPort() == 443 ? "" : ":" + ports.httpsPort();
                String target = request.target().startsWith("/") ? request.target() : "/";
                yield new SmallResponse(
                        308,
                        Map.of("Location", "https://" + hostname + port + target, "Cache-Control", "no-store"),
                        "");
            }
        };
    }
}
