package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.BodyFraming;
import dev.anyhost.proxy.http1.Fields;
import dev.anyhost.proxy.http1.RequestHead;
import dev.anyhost.proxy.http1.ResponseHead;
import io.netty.buffer.ByteBuf;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response. The request's body comes from the {@link ClientStream}, the response from the
 * {@link OriginStream}; both live on one event loop. Ends exactly once: with the whole response, an error response, a cut,
 * or the client's leaving.
 */
final class Exchange implements ResponseListener, ClientListener {

    private static final int MOST_INTERIM = 32;

    private final ClientStream client;
    private final ClientScope scope;
    private final RequestHead request;
    private final OriginRoute.To target;
    private final Tally tally;
    private final Patience patience;
    private final Optional<TransportSecurity> security;

    private @Nullable OriginStream origin;
    private boolean forwarded;
    private boolean requestComplete;
    private boolean bodySent;
    private boolean retried;
    private int interims;
    private boolean ended;

    Exchange(ClientStream client, ClientScope scope, RequestHead request, OriginRoute.To target) {
        this.client = client;
        this.scope = scope;
        this.request = request;
        this.target = target;
        this.tally = scope.tally(request);
        this.patience = new Patience(client, scope.times());
        this.security = TransportSecurity.of(target.policy(), scope.forwarding().settings());
    }

    /** Looks for a connection to the origin; the body is taken once there is one. */
    void forward() {
        forwarded = true;
        scope.pool().acquire(target.origin(), this, false);
    }

    @Override
    public boolean takesBody() {
        if (!awaitsBody()) {
            return false;
        }
        boolean writable = stream().isWritable();
        patience.originTakes(writable);
        return writable;
    }

    private boolean awaitsBody() {
        return origin != null && !ended && !requestComplete;
    }

    @Override
    public boolean takesEnd() {
        return awaitsBody() && stream().takesEnd();
    }

    @Override
    public void body(ByteBuf data) {
        OriginStream to = stream();
        int length = data.readableBytes();
        tally.in(length);
        bodySent = true;
        patience.came(length);
        to.data(data);
    }

    private OriginStream stream() {
        if (origin == null) {
            throw new IllegalStateException("no origin takes the body");
        }
        return origin;
    }

    @Override
    public void bodyEnded(Fields trailers) {
        requestComplete = true;
        bodySent |= request.framing() instanceof BodyFraming.Chunked;
        stream().end(trailers);
        if (!ended) {
            patience.originsTurn();
        }
    }

    private void awaitBody() {
        if (!ended) {
            patience.progressed();
        }
    }

    @Override
    public void flushOrigin() {
        if (origin != null) {
            origin.flush();
        }
    }

    @Override
    public void clientWritable() {
        if (origin != null) {
            patience.clientTakes();
            origin.resume();
        }
    }

    @Override
    public void clientLeft(boolean answered) {
        if (!ended && !answered) {
            end();
            tally.finish(RequestError.CLIENT_LEFT);
        }
    }

    @Override
    public void timedOut() {
        if (!forwarded || (origin != null && !requestComplete && origin.isWritable() && !patience.isResponding())) {
            fail(RequestError.REQUEST_TIMEOUT);
        } else {
            if (origin != null && client.takesMore()) {
                origin.doubt();
            }
            fail(origin == null ? RequestError.ORIGIN_CONNECT_TIMEOUT : RequestError.RESPONSE_TIMEOUT);
        }
    }

    boolean requestComplete() {
        return requestComplete || request.framing() instanceof BodyFraming.None;
    }

    @Override
    public Upgrades.Kind upgrade() {
        return Upgrades.of(request);
    }

    @Override
    public void acquired(OriginStream stream) {
        if (ended) {
            stream.giveBack(client.nanoTime());
            return;
        }
        origin = stream;
        stream.begin(this, request, target, scope.headers());
        if (requestComplete) {
            patience.originsTurn(); // Sent again; there is no body.
        }
        client.resume();
    }

    @Override
    public void refused(RequestError error) {
        if (!ended) {
            fail(error);
        }
    }

    @Override
    public boolean takesMore() {
        boolean takes = client.takesMore();
        if (!takes && !ended) {
            patience.clientIsFull();
        }
        return takes;
    }

    @Override
    public void interim(ResponseHead head) {
        if (++interims > MOST_INTERIM) {
            fail(RequestError.RESPONSE_MALFORMED);
        } else {
            client.interim(head);
        }
    }

    @Override
    public void response(ResponseHead head) {
        if (head.status() == 101) {
            switchProtocols(head);
            return;
        }
        tally.responded(head.status());
        patience.responds();
        client.respond(head);
        awaitBody();
    }

    private void switchProtocols(ResponseHead head) {
        OriginStream switched = origin;
        if (switched == null || !Upgrades.accepted(request, head)) {
            fail(RequestError.RESPONSE_MALFORMED);
            return;
        }
        tally.responded(head.status());
        ended = true;
        origin = null;
        client.tunnel(switched, head, tally);
    }

    @Override
    public void data(ByteBuf data) {
        tally.out(data.readableBytes());
        client.data(data);
        awaitBody();
    }

    @Override
    public void end(Fields trailers) {
        OriginStream from = origin;
        if (ended || from == null) {
            return;
        }
        // First, since what is written may make the client writable, which would ask the origin for more.
        ended = true;
        origin = null;
        client.end(trailers);
        from.done(requestComplete, client.nanoTime());
        tally.finish();
        client.finished();
    }

    @Override
    public void failed(RequestError error, Seen seen) {
        boolean again = !retried && !bodySent && !patience.isResponding() && isSafeAgain(seen);
        origin = null;
        if (again) {
            retried = true;
            scope.pool().acquire(target.origin(), this, true);
        } else {
            fail(error);
        }
    }

    private boolean isSafeAgain(Seen seen) {
        return switch (seen) {
            case REFUSAL -> true;
            // The origin closed it while our request was on its way: nothing was lost but time.
            case NOTHING -> origin != null && origin.wasUsed() && request.isIdempotent();
            case SOMETHING -> false;
        };
    }

    @Override
    public void writable() {
        client.resume();
    }

    @Override
    public void paused() {
        client.flush();
    }

    void fail(RequestError error) {
        end();
        tally.finish(error);
        if (error == RequestError.ORIGIN_CANCELLED && (patience.isResponding() || isGrpc()) && client.cancel()) {
            return;
        }
        if (patience.isResponding()) {
            client.cut();
            return;
        }
        SmallResponse response = ErrorPage.of(error, request);
        client.answer(security.map(ours -> ours.in(response)).orElse(response));
    }

    /** Its clients make a status of an answer that isn't gRPC's: to them a deadline would be an outage. */
    private boolean isGrpc() {
        return request.fields()
                .value("content-type")
                .filter(type -> type.startsWith("application/grpc"))
                .isPresent();
    }

    /** What the hostname's owner wants said with every response. */
    Optional<TransportSecurity> security() {
        return security;
    }

    private void end() {
        ended = true;
        if (origin != null) {
            origin.abandon();
            origin = null;
        }
    }
}
