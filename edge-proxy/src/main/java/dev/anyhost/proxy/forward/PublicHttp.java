package dev.anyhost.proxy.forward;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Verdict;
import dev.anyhost.proxy.admission.Admission;
import dev.anyhost.proxy.challenge.Http01Answers;
import dev.anyhost.proxy.concurrent.Handoff;
import dev.anyhost.proxy.http1.RequestHead;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The public http port: load balancers' health checks, http-01 validations, and the way to https for hostnames that are
 * allowed. Nothing that a client sent is reflected to a name that isn't.
 */
public final class PublicHttp {

    private static final Duration DEADLINE = Duration.ofSeconds(6);

    private final Admission admission;
    private final Handoff handoff;
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
            Consumer<Hostname> wanted,
            int httpsPort) {}

    /** Any of the loops completes an answer. */
    public PublicHttp(Admission admission, Handoff handoff, EventExecutorGroup loops, Ports ports) {
        this.admission = admission;
        this.handoff = handoff;
        this.loops = loops;
        this.ports = ports;
    }

    /** Answers at once from memory, or after an ask. */
    public Future<SmallResponse> answer(RequestHead request) {
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
                : redirect(hostname.get(), request, loop);
    }

    /** RFC 8555 section 8.3. The answer helps only our own account, so only a known refusal withholds it. */
    private SmallResponse validation(Hostname hostname, String path) {
        boolean refused = admission
                .last(hostname)
                .filter(Verdict.Refused.class::isInstance)
                .isPresent();
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

    private Future<SmallResponse> redirect(Hostname hostname, RequestHead request, EventExecutor loop) {
        Optional<Verdict> fresh = admission.fresh(hostname);
        if (fresh.isPresent()) {
            return loop.newSucceededFuture(redirect(fresh.get(), hostname, request));
        }
        Promise<SmallResponse> answer = loop.newPromise();
        handoff.run(
                        loop,
                        () -> admission.ask(hostname),
                        DEADLINE,
                        () -> new Verdict.Silent("too slow"),
                        () -> new Verdict.Silent("overloaded"))
                .addListener((Future<Verdict> asked) -> answer.setSuccess(redirect(
                        asked.isSuccess() ? asked.getNow() : new Verdict.Silent("failed"), hostname, request)));
        return answer;
    }

    private SmallResponse redirect(Verdict verdict, Hostname hostname, RequestHead request) {
        return switch (verdict) {
            case Verdict.Refused _ -> SmallResponse.empty(404);
            case Verdict.Silent _ -> SmallResponse.empty(503);
            case Verdict.Allowed _ -> {
                ports.wanted().accept(hostname);
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
