package dev.anyhost.proxy.listen;

import io.netty.buffer.ByteBuf;
import java.util.zip.CRC32C;

/**
 * The extensions (TLV) of a PROXY header, version 2 (section 2.2.7): a type in one octet, a length in two, and so many octets,
 * until the header's end. They are read past, but for the checksum.
 */
final class ProxyExtensions {

    private static final int HEAD = 3;
    private static final int CHECKSUM = 0x03;
    private static final int CHECKSUM_LENGTH = 4;
    private static final byte[] ZERO = new byte[CHECKSUM_LENGTH];
    private static final int NONE = -1;

    private ProxyExtensions() {}

    /**
     * Whether the extensions fill their place exactly, and the header is as its checksum says, if it has one.
     *
     * @param header the whole header
     * @param start where its extensions begin
     */
    static boolean areSound(ByteBuf header, int start) {
        int end = header.readableBytes();
        int checksum = NONE;
        int at = start;
        while (at < end) {
            if (end - at < HEAD) {
                return false;
            }
            int length = header.getUnsignedShort(at + 1);
            if (header.getUnsignedByte(at) == CHECKSUM) {
                if (checksum != NONE || length != CHECKSUM_LENGTH) {
                    return false;
                }
                checksum = at + HEAD;
            }
            at += HEAD + length;
        }
        return at == end && (checksum == NONE || isRight(header, checksum));
    }

    /** Section 2.2.3: CRC32c of the whole header, with zeros where the checksum stands. */
    private static boolean isRight(ByteBuf header, int checksum) {
        var crc = new CRC32C();
        crc.update(header.nioBuffer(0, checksum));
        crc.update(ZERO);
        int rest = checksum + CHECKSUM_LENGTH;
        crc.update(header.nioBuffer(rest, header.readableBytes() - rest));
        return crc.getValue() == header.getUnsignedInt(checksum);
    }
}
