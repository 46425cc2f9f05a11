package dev.anyhost.proxy.forward;

import org.jspecify.annotations.Nullable;

/** Who is waited for in an exchange, client or origin, and for how long. */
final class Patience {

    private final ClientStream client;
    private final TimeLimits times;
    /** Null until the first of the request's body came. */
    private @Nullable UploadPace pace;

    private boolean responding;
    /** The client was found to take no more, and its time is running. */
    private boolean clientFull;

    Patience(ClientStream client, TimeLimits times) {
        this.client = client;
        this.times = times;
    }

    /** Whether the response has begun. */
    boolean isResponding() {
        return responding;
    }

    /** While the origin doesn't take the request's body, neither do we: the client's time stands still. */
    void originTakes(boolean more) {
        UploadPace upload = pace;
        if (upload == null) {
            return;
        }
        if (more && upload.isHeld() && !responding) {
            client.awaitNanos(upload.resume(client.nanoTime()));
        } else if (!more && !upload.isHeld()) {
            upload.hold(client.nanoTime());
            client.await(times.originIdle());
        }
    }

    /** Some of the request's body came. */
    void came(int length) {
        if (responding) {
            progressed();
            return;
        }
        long now = client.nanoTime();
        if (pace == null) {
            pace = new UploadPace(times, now);
        }
        client.awaitNanos(pace.came(length, now));
    }

    /** The client takes more of the response. */
    void clientTakes() {
        if (clientFull) { // Else it was others that had no room, and nobody's time begins anew with theirs.
            clientFull = false;
            progressed();
        }
    }

    /** All of the request was sent. */
    void originsTurn() {
        if (responding) {
            progressed();
        } else {
            client.await(times.responseHeaders());
        }
    }

    /** The response begins. */
    void responds() {
        responding = true;
    }

    /** More of the response is waited for, or the client to take what is there. */
    void progressed() {
        clientFull = !client.takesMore();
        client.await(clientFull ? times.bodyIdle() : times.originIdle());
    }

    /** The client takes no more of the response. */
    void clientIsFull() {
        if (!clientFull && responding) {
            clientFull = true;
            client.await(times.bodyIdle());
        }
    }
}
