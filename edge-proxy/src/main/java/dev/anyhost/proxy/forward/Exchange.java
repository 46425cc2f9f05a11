package dev.anyhost.proxy.forward;

import dev.anyhost.proxy.http1.BodyFraming;
import dev.anyhost.proxy.http1.BodyReader;
import dev.anyhost.proxy.http1.BodyStep;
import dev.anyhost.proxy.http1.ChunkedBody;
import dev.anyhost.proxy.http1.Fields;
import dev.anyhost.proxy.http1.RequestHead;
import dev.anyhost.proxy.http1.ResponseHead;
import io.netty.buffer.ByteBuf;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response. Bytes of the request come from {@link ClientConnection} through {@link #pump}, bytes of
 * the response from {@link OriginConnection}; both live on one event loop. Ends exactly once: with the whole response,
 * an error response, a cut, or the client's leaving.
 */
final class Exchange implements ResponseListener {

    /** How the client finds the response's end. */
    private enum Delimiting {
        AS_SENT,
        CHUNKS,
        CLOSE
    }

    private static final int MOST_INTERIM = 32;

    private final ClientConnection client;
    private final Forwarding forwarding;
    private final RequestHead request;
    private final OriginRoute.To target;
    private final Optional<TransportSecurity> security;
    private final Tally tally;
    private final TimeLimits times;
    private final BodyReader body;
    private final boolean chunked;
    /** Waiting for the first chunk's size before anything is sent: most bad framing shows there. */
    private boolean held;

    private @Nullable OriginConnection origin;
    /** Null until the first of the body came. */
    private @Nullable UploadPace pace;

    private boolean requestComplete;
    private boolean bodySent;
    private boolean retried;
    private int interims;
    private boolean responding;
    private boolean keepAlive;
    private Delimiting delimiting = Delimiting.AS_SENT;
    private boolean ended;

    Exchange(ClientConnection client, Forwarding forwarding, RequestHead request, OriginRoute.To target, Tally tally) {
        this.client = client;
        this.forwarding = forwarding;
        this.request = request;
        this.target = target;
        this.security = TransportSecurity.of(target.policy(), forwarding.settings());
        this.tally = tally;
        this.times = forwarding.settings().times();
        this.body = BodyReader.of(request.framing(), forwarding.settings().requests());
        this.chunked = request.framing() instanceof BodyFraming.Chunked;
        this.held = chunked && !request.expectsContinue();
    }

    void start() {
        client.await(times.bodyIdle());
        if (!held) {
            client.pool().acquire(target.origin(), this, false);
        }
    }

    /** Takes what it can of the request's body out of {@code in}. */
    void pump(ByteBuf in) {
        if (held && !release(in)) {
            return;
        }
        if (pace != null && origin != null && origin.isWritable() && !responding) {
            client.awaitNanos(pace.resume(client.nanoTime()));
        }
        while (origin != null && !ended && !requestComplete && origin.isWritable()) {
            switch (body.next(in)) {
                case BodyStep.NeedMore() -> {
                    client.awaitBody();
                    return;
                }
                case BodyStep.Data(int length) -> send(origin, in.readRetainedSlice(length));
                case BodyStep.End(Fields trailers) -> requestEnded(origin, trailers);
                case BodyStep.Malformed _ -> fail(RequestError.REQUEST_BODY_MALFORMED);
            }
        }
        if (pace != null && origin != null && !requestComplete && !origin.isWritable()) {
            pace.hold(client.nanoTime());
            client.await(times.bodyIdle());
        }
    }

    private boolean release(ByteBuf in) {
        switch (ChunkedBody.preview(in, forwarding.settings().requests())) {
            case BodyStep.NeedMore() -> client.awaitBody();
            case BodyStep.Malformed _ -> fail(RequestError.REQUEST_BODY_MALFORMED);
            case BodyStep.Data _, BodyStep.End _ -> {
                held = false;
                client.pool().acquire(target.origin(), this, false);
            }
        }
        return !held;
    }

    private void send(OriginConnection to, ByteBuf data) {
        int length = data.readableBytes();
        tally.in(length);
        bodySent = true;
        awaitMore(length);
        if (chunked) {
            to.write(ResponseWriter.chunkSize(length, client.allocator()));
            to.write(data);
            to.write(ResponseWriter.chunkEnd());
        } else {
            to.write(data);
        }
    }

    private void awaitMore(int length) {
        if (responding) {
            client.await(times.bodyIdle());
            return;
        }
        long now = client.nanoTime();
        if (pace == null) {
            pace = new UploadPace(times, now);
        }
        client.awaitNanos(pace.came(length, now));
    }

    private void requestEnded(OriginConnection to, Fields trailers) {
        requestComplete = true;
        if (chunked) {
            bodySent = true;
            to.write(ResponseWriter.lastChunk(trailers, client.allocator()));
        }
        client.await(responding ? times.bodyIdle() : times.responseHeaders());
    }

    void flushOrigin() {
        if (origin != null) {
            origin.flush();
        }
    }

    /** The client takes more again. */
    void clientWritable() {
        if (origin != null) {
            client.await(responding ? times.bodyIdle() : times.responseHeaders());
            origin.resume();
        }
    }

    void clientLeft() {
        if (!ended) {
            end();
            tally.finish(RequestError.CLIENT_LEFT);
        }
    }

    void timedOut() {
        if (held || (origin != null && !requestComplete && origin.isWritable() && !responding)) {
            fail(RequestError.REQUEST_TIMEOUT);
        } else {
            fail(origin == null ? RequestError.ORIGIN_CONNECT_TIMEOUT : RequestError.RESPONSE_TIMEOUT);
        }
    }

    @Override
    public void acquired(OriginConnection connection) {
        if (ended) {
            connection.giveBack(client.nanoTime());
            return;
        }
        origin = connection;
        connection.begin(this, request.isHead());
        connection.write(client.headers().rewrite(request, target, client.allocator()));
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
        return client.isWritable();
    }

    @Override
    public void interim(ResponseHead head) {
        if (++interims > MOST_INTERIM) {
            fail(RequestError.RESPONSE_MALFORMED);
        } else if (!request.isHttp10()) {
            client.write(ResponseWriter.head(head, "", security, client.allocator()));
        }
    }

    @Override
    public void response(ResponseHead head) {
        if (head.status() == 101) {
            switchProtocols(head);
            return;
        }
        tally.responded(head.status());
        delimiting = delimiting(head);
        keepAlive = requestComplete && request.isKeepAlive() && delimiting != Delimiting.CLOSE && !client.isDraining();
        responding = true;
        client.await(times.bodyIdle());
        client.write(ResponseWriter.head(head, hop(), security, client.allocator()));
    }

    private Delimiting delimiting(ResponseHead head) {
        return switch (head.framing()) {
            case BodyFraming.None(), BodyFraming.Fixed _ -> Delimiting.AS_SENT;
            case BodyFraming.Chunked(), BodyFraming.UntilClose() ->
                request.isHttp10() ? Delimiting.CLOSE : Delimiting.CHUNKS;
        };
    }

    private String hop() {
        String framing = delimiting == Delimiting.CHUNKS ? "Transfer-Encoding: chunked\r\n" : "";
        if (!keepAlive) {
            return framing + "Connection: close\r\n";
        }
        return request.isHttp10() ? framing + "Connection: keep-alive\r\n" : framing;
    }

    private void switchProtocols(ResponseHead head) {
        OriginConnection switched = origin;
        if (switched == null || !Upgrades.accepted(request, head)) {
            fail(RequestError.RESPONSE_MALFORMED);
            return;
        }
        tally.responded(head.status());
        ended = true;
        origin = null;
        String hop = "Connection: Upgrade\r\nUpgrade: " + head.upgrade().orElseThrow() + "\r\n";
        client.write(ResponseWriter.head(head, hop, security, client.allocator()));
        client.tunnel(switched, tally);
    }

    @Override
    public void data(ByteBuf data) {
        int length = data.readableBytes();
        tally.out(length);
        client.await(times.bodyIdle());
        if (delimiting == Delimiting.CHUNKS) {
            client.write(ResponseWriter.chunkSize(length, client.allocator()));
            client.write(data);
            client.write(ResponseWriter.chunkEnd());
        } else {
            client.write(data);
        }
    }

    @Override
    public void end(Fields trailers) {
        if (delimiting == Delimiting.CHUNKS) {
            client.write(ResponseWriter.lastChunk(trailers, client.allocator()));
        }
        ended = true;
        if (origin != null) {
            origin.done(requestComplete, client.nanoTime());
            origin = null;
        }
        tally.finish();
        client.finished(keepAlive);
    }

    @Override
    public void failed(RequestError error, boolean untouched) {
        boolean stale = untouched && origin != null && origin.wasUsed();
        origin = null;
        if (stale && !retried && !bodySent && request.isIdempotent()) {
            // The origin closed it while our request was on its way: nothing was lost but time.
            retried = true;
            client.pool().acquire(target.origin(), this, true);
        } else {
            fail(error);
        }
    }

    @Override
    public void writable() {
        client.resume();
    }

    @Override
    public void paused() {
        client.flush();
    }

    private void fail(RequestError error) {
        end();
        tally.finish(error);
        if (responding) {
            client.cut(delimiting == Delimiting.CLOSE);
            return;
        }
        boolean bodyTaken = requestComplete || request.framing() instanceof BodyFraming.None;
        boolean goOn = bodyTaken
                && error.status() >= 500
                && request.isKeepAlive()
                && !request.isHttp10()
                && !client.isDraining();
        SmallResponse response = SmallResponse.text(error.status(), error.text() + "\n");
        client.write(security.map(ours -> ours.in(response))
                .orElse(response)
                .write(request.isHead(), !goOn, client.allocator()));
        client.finished(goOn);
    }

    private void end() {
        ended = true;
        if (origin != null) {
            origin.abandon();
            origin = null;
        }
    }
}
