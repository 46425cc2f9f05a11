package dev.anyhost.proxy.http1;

import io.netty.buffer.ByteBuf;

/** Finds where a head ends, looking at each byte once however it is cut into reads. */
final class HeadScanner {

    enum Result {
        INCOMPLETE,
        COMPLETE,
        BARE_LINE_FEED,
        TOO_LARGE
    }

    private final int limit;
    /** Both relative to the reader index, because the bytes may move between reads. */
    private int scanned;

    private int lineStart;

    HeadScanner(int limit) {
        this.limit = limit;
    }

    /** Length of the complete head with its empty line; the scanner starts over. */
    int takeLength() {
        int length = scanned;
        scanned = 0;
        lineStart = 0;
        return length;
    }

    boolean isAtStart() {
        return scanned == 0;
    }

    /** Whether not even the first line is complete. */
    boolean isInFirstLine() {
        return lineStart == 0;
    }

    Result scan(ByteBuf in) {
        int start = in.readerIndex();
        int end = Math.min(in.readableBytes(), limit);
        while (scanned < end) {
            int lineFeed = in.indexOf(start + scanned, start + end, Octets.LF);
            if (lineFeed < 0) {
                scanned = end;
                break;
            }
            int at = lineFeed - start;
            scanned = at + 1;
            if (at == lineStart || in.getByte(lineFeed - 1) != Octets.CR) {
                return Result.BARE_LINE_FEED;
            }
            if (at == lineStart + 1) {
                return Result.COMPLETE;
            }
            lineStart = at + 1;
        }
        return scanned == limit ? Result.TOO_LARGE : Result.INCOMPLETE;
    }
}
