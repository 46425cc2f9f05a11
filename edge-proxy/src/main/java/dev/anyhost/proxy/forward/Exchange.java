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
    private final TimeLimits times;
    private final Optional<TransportSecurity> security;

    private @Nullable OriginStream origin;
    /** Null until the first of the body came. */
    private @Nullable UploadPace pace;

    private boolean forwarded;
    private boolean requestComplete;
    private boolean bodySent;
    private boolean retried;
    private int interims;
    private boolean responding;
    /** The client was found to take no more, and its time is running. */
    private boolean clientFull;

    private boolean ended;

    Exchange(ClientStream client, ClientScope scope, RequestHead request, OriginRoute.To target) {
        this.client = client;
        this.scope = scope;
        this.request = request;
        this.target = target;
        this.tally = scope.tally(request);
        this.times = scope.times();
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
        if (pace != null) {
            turn(pace, writable);
        }
        return writable;
    }

    private boolean awaitsBody() {
        return origin != null && !ended && !requestComplete;
    }

    @Override
    public boolean takesEnd() {
        return awaitsBody() && stream().takesEnd();
    }

    /** While the origin doesn't read, neither do we: the client's time stands still. */
    private void turn(UploadPace upload, boolean clients) {
        if (clients && upload.isHeld() && !responding) {
            client.awaitNanos(upload.resume(client.nanoTime()));
        } else if (!clients && !upload.isHeld()) {
            upload.hold(client.nanoTime());
            client.await(times.originIdle());
        }
    }

    @Override
    public void body(ByteBuf data) {
        OriginStream to = stream();
        int length = data.readableBytes();
        tally.in(length);
        bodySent = true;
        awaitMore(length);
        to.data(data);
    }

    private OriginStream stream() {
        if (origin == null) {
            throw new IllegalStateException("no origin takes the body");
        }
        return origin;
    }

    private void awaitMore(int length) {
        if (responding) {
            awaitBody();
            return;
        }
        long now = client.nanoTime();
        if (pace == null) {
            pace = new UploadPace(times, now);
        }
        client.awaitNanos(pace.came(length, now));
    }

    @Override
    public void bodyEnded(Fields trailers) {
        requestComplete = true;
        bodySent |= request.framing() instanceof BodyFraming.Chunked;
        stream().end(trailers);
        awaitOrigin();
    }

    private void awaitOrigin() {
        if (responding) {
            awaitBody();
        } else {
            client.await(times.responseHeaders());
        }
    }

    /** For more of the response, or for the client to take what is there. */
    private void awaitBody() {
        if (!ended) {
            client.await(client.takesMore() ? times.originIdle() : times.bodyIdle());
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
        clientFull = false;
        if (origin != null) {
            awaitOrigin();
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
        if (!forwarded || (origin != null && !requestComplete && origin.isWritable() && !responding)) {
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
            client.await(times.responseHeaders()); // Sent again; there is no body.
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
        if (!takes && !clientFull && responding && !ended) {
            clientFull = true;
            client.await(times.bodyIdle());
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
        responding = true;
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
        boolean again = !retried && !bodySent && !responding && isSafeAgain(seen);
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
        if (responding) {
            client.cut();
            return;
        }
        SmallResponse response = ErrorPage.of(error, request);
        client.answer(security.map(ours -> ours.in(response)).orElse(response));
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
