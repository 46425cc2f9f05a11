package dev.anyhost.proxy.http2;

import io.netty.buffer.ByteBuf;

/**
 * Knows whether what has arrived ends with a whole frame, and with a whole header section (RFC 9113 sections 4.1 and
 * 4.3): what Netty's reader doesn't say. Who leaves either open may only be slow, or may mean never to end it.
 */
public final class FrameWalk {

    private static final int PREFACE = 24;
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int CONTINUATION = 9;
    private static final int END_HEADERS = 4;
    private static final int LAST_OF_HEAD = 8;

    private int payload = PREFACE;
    private int inHead;
    private int length;
    private int type;
    private int flags;
    private boolean sectionOpen;

    /**
     * Looks at the next bytes of the connection; consumes nothing.
     *
     * @return how many frames began in them that carry no part of a request
     */
    public int feed(ByteBuf in) {
        int idle = 0;
        int at = in.readerIndex();
        while (at < in.writerIndex()) {
            if (payload > 0) {
                int passed = Math.min(payload, in.writerIndex() - at);
                payload -= passed;
                at += passed;
            } else {
                idle += head(in.getUnsignedByte(at++)) ? 1 : 0;
            }
        }
        return idle;
    }

    /** Whether that was the head of a frame without a part of a request. */
    private boolean head(int octet) {
        switch (inHead) {
            case 0, 1, 2 -> length = (length << 8) | octet;
            case 3 -> type = octet;
            case 4 -> flags = octet;
            default -> {}
        }
        if (inHead++ < LAST_OF_HEAD) {
            return false;
        }
        inHead = 0;
        payload = length;
        length = 0;
        if (type == HEADERS || type == CONTINUATION) {
            sectionOpen = (flags & END_HEADERS) == 0;
            return false;
        }
        return type != DATA;
    }

    /** Whether the peer has begun something that it hasn't ended. */
    public boolean isUnfinished() {
        return payload > 0 || inHead > 0 || sectionOpen;
    }
}
