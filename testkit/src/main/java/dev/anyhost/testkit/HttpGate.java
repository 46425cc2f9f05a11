package dev.anyhost.testkit;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;

/**
 * An HTTP/1.1 reverse proxy on loopback that keeps every exchange, and stops, replaces or loses those that a test chooses.
 * It passes bytes on as they are: the server sees the Host that the client sent, which is the gate's, so that a server
 * which builds URLs from it keeps its clients at the gate. Of the rules that match a request the youngest holds. For any
 * number of threads; for faults of connections rather than of requests see {@link FaultRelay}.
 */
public final class HttpGate implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final URI target;
    private final Optional<SSLContext> targetTls;
    private final String scheme;
    private final SocketServer server;
    private final List<HttpExchange> exchanges = new ArrayList<>();
    private final List<GateRule> rules = new ArrayList<>();
    private final List<HeldExchange> helds = new ArrayList<>();

    private HttpGate(URI target, Optional<SSLContext> targetTls, Optional<ServerIdentity> identity) {
        this.target = target;
        this.targetTls = targetTls;
        this.scheme = identity.isPresent() ? "https" : "http";
        this.server = SocketServer.start(0, identity, this::serve);
    }

    /** One in front of a plain HTTP server with a host and a port; nothing else of its URI counts. */
    public static HttpGate to(URI target) {
        return new HttpGate(target, Optional.empty(), Optional.empty());
    }

    /**
     * One that ends its clients' TLS and has its own to the server.
     *
     * @param trusted the roots of the server's certificate
     * @param identity what clients see
     */
    public static HttpGate toTls(URI target, Collection<X509Certificate> trusted, ServerIdentity identity) {
        return new HttpGate(target, Optional.of(Trust.context(trusted)), Optional.of(identity));
    }

    /** Every request. */
    public static Predicate<RawRequest> everything() {
        return request -> true;
    }

    /** {@code http://127.0.0.1:PORT} or {@code https://127.0.0.1:PORT}. */
    public URI uri() {
        return URI.create(scheme + "://127.0.0.1:" + server.port());
    }

    /** Stops the next such request before the server sees it. */
    public HeldExchange holdRequest(Predicate<RawRequest> which) {
        HeldExchange held = newHeld();
        rule(which, true, new GateRule.Action.HoldRequest(held));
        return held;
    }

    /** Lets the next such request take effect, and stops its answer. */
    public HeldExchange holdAnswer(Predicate<RawRequest> which) {
        HeldExchange held = newHeld();
        rule(which, true, new GateRule.Action.HoldAnswer(held));
        return held;
    }

    /** Answers such requests from now on, without the server. */
    public void answer(Predicate<RawRequest> which, HttpAnswer answer) {
        rule(which, false, new GateRule.Action.Answer(answer));
    }

    /** Answers the next such request, without the server. */
    public void answerNext(Predicate<RawRequest> which, HttpAnswer answer) {
        rule(which, true, new GateRule.Action.Answer(answer));
    }

    /** Accepts such requests from now on and never answers them, not even when the rules are gone again. */
    public void swallow(Predicate<RawRequest> which) {
        rule(which, false, new GateRule.Action.Swallow());
    }

    /** Resets the connections of such requests from now on. */
    public void reset(Predicate<RawRequest> which) {
        rule(which, false, new GateRule.Action.Reset());
    }

    /** Forgets all rules: what comes is passed on. What is held stays held. */
    public synchronized void passOn() {
        rules.clear();
    }

    /** All exchanges so far, in the order in which the requests came. */
    public synchronized List<HttpExchange> exchanges() {
        return List.copyOf(exchanges);
    }

    /** The exchanges whose requests are such, in the order in which they came. */
    public List<HttpExchange> exchanges(Predicate<RawRequest> which) {
        return exchanges().stream()
                .filter(exchange -> which.test(exchange.request()))
                .toList();
    }

    /**
     * Waits until so many such requests have come since the start, and returns their exchanges.
     *
     * @throws IllegalStateException when they don't within a minute
     */
    public synchronized List<HttpExchange> awaitExchanges(Predicate<RawRequest> which, int count) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        try {
            while (exchanges(which).size() < count) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    throw new IllegalStateException("not " + count + " requests in " + LIMIT + ": " + exchanges(which));
                }
                wait(left);
            }
            return exchanges(which);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for requests", e);
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            helds.forEach(HeldExchange::release);
        }
        server.close();
    }

    private synchronized HeldExchange newHeld() {
        HeldExchange held = new HeldExchange();
        helds.add(held);
        return held;
    }

    private synchronized void rule(Predicate<RawRequest> which, boolean once, GateRule.Action action) {
        rules.addFirst(new GateRule(which, once, action));
    }

    private synchronized HttpExchange begin(RawRequest request) {
        HttpExchange exchange = new HttpExchange(request);
        exchanges.add(exchange);
        notifyAll();
        return exchange;
    }

    private synchronized GateRule.Action actionFor(RawRequest request) {
        for (Iterator<GateRule> all = rules.iterator(); all.hasNext(); ) {
            GateRule rule = all.next();
            if (rule.which().test(request)) {
                if (rule.once()) {
                    all.remove();
                }
                return rule.action();
            }
        }
        return new GateRule.Action.PassOn();
    }

    private void serve(Socket socket) throws IOException {
        OriginConnection client = new OriginConnection(0, socket, request -> {});
        try (GateTarget connection = new GateTarget(target, targetTls)) {
            boolean open = true;
            while (open) {
                Optional<RawRequest> request = client.readRequest();
                open = request.isPresent() && exchange(client, connection, begin(request.get()));
            }
        }
    }

    /** Whether the client's connection goes on. */
    private boolean exchange(OriginConnection client, GateTarget connection, HttpExchange exchange) throws IOException {
        return switch (actionFor(exchange.request())) {
            case GateRule.Action.PassOn() -> give(client, exchange, connection.exchange(exchange.request()));
            case GateRule.Action.Answer(HttpAnswer answer) -> give(client, exchange, answer);
            case GateRule.Action.HoldRequest(HeldExchange held) -> {
                held.hold(exchange);
                yield give(client, exchange, connection.exchange(exchange.request()));
            }
            case GateRule.Action.HoldAnswer(HeldExchange held) -> {
                HttpAnswer answer = connection.exchange(exchange.request());
                exchange.answered(answer);
                held.hold(exchange);
                yield give(client, exchange, answer);
            }
            case GateRule.Action.Swallow() -> {
                var _ = client.readToEnd();
                yield false;
            }
            case GateRule.Action.Reset() -> {
                client.reset();
                yield false;
            }
        };
    }

    private static boolean give(OriginConnection client, HttpExchange exchange, HttpAnswer answer) throws IOException {
        exchange.answered(answer);
        client.write(answer.bytes());
        return !answer.closes();
    }
}
