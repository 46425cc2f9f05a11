package dev.anyhost.proxy.forward;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.http1.RequestHead;
import io.netty.util.concurrent.Ticker;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Counts what the log says of one request, and says it once. */
final class Tally {

    private static final int LONGEST_PATH = 512;
    private static final String UNREADABLE = "-";

    private final RequestLog log;
    private final Hostname hostname;
    private final InetSocketAddress client;
    private final Ticker ticker;
    private final @Nullable RequestHead request;
    private final long startNanos;
    private long bytesIn;
    private long bytesOut;
    private int status;
    private long originNanos = -1;
    private boolean finished;

    /** @param request null when its head was unreadable */
    Tally(RequestLog log, Hostname hostname, InetSocketAddress client, Ticker ticker, @Nullable RequestHead request) {
        this.log = log;
        this.hostname = hostname;
        this.client = client;
        this.ticker = ticker;
        this.request = request;
        this.startNanos = ticker.nanoTime();
    }

    void in(long bytes) {
        bytesIn += bytes;
    }

    void out(long bytes) {
        bytesOut += bytes;
    }

    /** The response's head came from the origin. */
    void responded(int originStatus) {
        status = originStatus;
        originNanos = ticker.nanoTime() - startNanos;
    }

    void finish() {
        finish(status, Optional.empty());
    }

    /** The request failed; if a response had begun, its status stands. */
    void finish(RequestError error) {
        finish(status == 0 ? error.status() : status, Optional.of(error));
    }

    void finish(int sentStatus, Optional<RequestError> error) {
        if (finished) {
            return;
        }
        finished = true;
        log.finished(new RequestRecord(
                hostname,
                request == null ? UNREADABLE : request.method(),
                request == null ? UNREADABLE : shortened(request.path()),
                sentStatus,
                bytesIn,
                bytesOut,
                ticker.nanoTime() - startNanos,
                originNanos < 0 ? Optional.empty() : Optional.of(originNanos),
                client,
                error));
    }

    private static String shortened(String path) {
        return path.length() <= LONGEST_PATH ? path : path.substring(0, LONGEST_PATH);
    }
}
