package dev.anyhost.proxy.forward;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What has come of a body and isn't taken yet. It is copied together, since a slice, however short, would hold on to all
 * that arrived with it. How much it may be, the sender's window says.
 */
final class HeldBody {

    private static final int PIECE = 16 * 1024;

    private final Deque<ByteBuf> pieces = new ArrayDeque<>(0);

    boolean isEmpty() {
        return pieces.isEmpty();
    }

    /** Copies; the data stays the caller's. */
    void add(ByteBuf data, ByteBufAllocator allocator) {
        while (data.isReadable()) {
            ByteBuf tail = pieces.peekLast();
            if (tail == null || !tail.isWritable()) {
                tail = allocator.buffer(PIECE, PIECE);
                pieces.add(tail);
            }
            tail.writeBytes(data, Math.min(data.readableBytes(), tail.writableBytes()));
        }
    }

    /** Keeps it as it arrived, for those who take it before {@link #settle}; ours to release. */
    void lend(ByteBuf data) {
        pieces.add(data);
    }

    /** Copies what is left of that which was lent. */
    void settle(ByteBufAllocator allocator) {
        ByteBuf left = pieces.poll();
        if (left != null) {
            add(left, allocator);
            left.release();
        }
    }

    /** The first of it, the caller's to release; null when there is nothing. */
    @Nullable
    ByteBuf poll() {
        return pieces.poll();
    }

    /** Forgets it all; returns how much it was, in bytes. */
    int clear() {
        int bytes = 0;
        for (ByteBuf piece = pieces.poll(); piece != null; piece = pieces.poll()) {
            bytes += piece.readableBytes();
            piece.release();
        }
        return bytes;
    }
}
