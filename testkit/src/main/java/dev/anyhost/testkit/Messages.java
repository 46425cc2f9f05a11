package dev.anyhost.testkit;

import java.net.http.WebSocket;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the JDK's WebSocket hears: whole texts, and how it was closed, such as {@code 1000 bye}. */
public final class Messages implements WebSocket.Listener {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final StringBuilder parts = new StringBuilder();

    /**
     * The next one; waits for it.
     *
     * @throws IllegalStateException when none comes within 20 s
     */
    public String take() throws InterruptedException {
        String next = received.poll(LIMIT.toNanos(), TimeUnit.NANOSECONDS);
        if (next == null) {
            throw new IllegalStateException("no message in " + LIMIT);
        }
        return next;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
        parts.append(data);
        if (last) {
            received.add(parts.toString());
            parts.setLength(0);
        }
        socket.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
        received.add(status + " " + reason);
        return null;
    }
}
