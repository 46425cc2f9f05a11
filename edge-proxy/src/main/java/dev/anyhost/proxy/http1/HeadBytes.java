package dev.anyhost.proxy.http1;

import io.netty.buffer.ByteBuf;

/**
 * Finds the end of a head in what has arrived so far, without looking at any byte twice. Lines end with CRLF: a bare CR
 * or LF is the beginning of a disagreement with the next parser (RFC 9112 section 2.2).
 */
public final class HeadBytes {

    /** The longest head in octets. */
    public static final int MOST = 16 * 1024;

    private int scanned;
    private int lineStart;

    /** Takes the head with its empty line out of {@code in} when it is complete. */
    public Parsed<byte[]> take(ByteBuf in) {
        skipEmptyLine(in);
        int from = in.readerIndex();
        int end = Math.min(in.readableBytes(), MOST);
        while (scanned < end) {
            byte octet = in.getByte(from + scanned);
            scanned++;
            if (octet == '\n') {
                if (scanned < 2 || in.getByte(from + scanned - 2) != '\r') {
                    return new Parsed.Rejected<>(Rejection.bad("bare LF"));
                }
                if (scanned - lineStart == 2) {
                    return new Parsed.Head<>(takeScanned(in));
                }
                lineStart = scanned;
            } else if (scanned >= 2 && scanned - lineStart >= 2 && in.getByte(from + scanned - 2) == '\r') {
                return new Parsed.Rejected<>(Rejection.bad("bare CR"));
            }
        }
        return scanned == MOST
                ? new Parsed.Rejected<>(new Rejection(lineStart == 0 ? 414 : 431, "head over " + MOST + " bytes"))
                : new Parsed.Incomplete<>();
    }

    /** One empty line before a request line is ignored (RFC 9112 section 2.2). */
    private void skipEmptyLine(ByteBuf in) {
        if (scanned == 0
                && in.readableBytes() >= 2
                && in.getByte(in.readerIndex()) == '\r'
                && in.getByte(in.readerIndex() + 1) == '\n') {
            in.skipBytes(2);
        }
    }

    private byte[] takeScanned(ByteBuf in) {
        byte[] head = new byte[scanned];
        in.readBytes(head);
        scanned = 0;
        lineStart = 0;
        return head;
    }
}
