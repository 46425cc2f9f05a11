package dev.anyhost.proxy.listen;

import io.netty.buffer.ByteBuf;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * HAProxy's PROXY protocol, versions 1 and 2: the header a load balancer sends before the client's own bytes. Strict:
 * whatever the specification doesn't allow a sender is malformed.
 */
sealed interface ProxyHeader {

    /** More bytes are needed to tell. */
    record Incomplete() implements ProxyHeader {}

    /** This is no such header, or one that is too long. */
    record Malformed() implements ProxyHeader {}

    /** What follows comes from this client. */
    record Relayed(InetSocketAddress client) implements ProxyHeader {}

    /** What follows comes from a client that the load balancer doesn't name (UNKNOWN, unspecified family). */
    record Unnamed() implements ProxyHeader {}

    /** The connection is the load balancer's own, such as a health check (LOCAL). */
    record Own() implements ProxyHeader {}

    /** The longest content of a version 2 header that is taken, extensions included. */
    int MOST_CONTENT = 4_096;

    /** Consumes a complete header, or else nothing. */
    static ProxyHeader read(ByteBuf in) {
        if (startsWith(in, Version1.PREFIX)) {
            return in.readableBytes() < Version1.PREFIX.length ? new Incomplete() : Version1.read(in);
        }
        if (startsWith(in, Version2.PREFIX)) {
            return in.readableBytes() < Version2.LENGTH ? new Incomplete() : Version2.read(in);
        }
        return new Malformed();
    }

    private static boolean startsWith(ByteBuf in, byte[] prefix) {
        int length = Math.min(prefix.length, in.readableBytes());
        for (int i = 0; i < length; i++) {
            if (in.getByte(in.readerIndex() + i) != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    /** A line of text (section 2.1). */
    final class Version1 {

        private static final byte[] PREFIX = "PROXY ".getBytes(StandardCharsets.US_ASCII);
        private static final int LONGEST = 107;
        private static final Pattern PORT = Pattern.compile("0|[1-9][0-9]{0,4}");

        private Version1() {}

        private static ProxyHeader read(ByteBuf in) {
            int most = Math.min(in.readableBytes(), LONGEST);
            int end = in.indexOf(in.readerIndex(), in.readerIndex() + most, (byte) '\n');
            if (end < 0) {
                return most == LONGEST ? new Malformed() : new Incomplete();
            }
            int length = end + 1 - in.readerIndex();
            String line = in.toString(in.readerIndex(), length, StandardCharsets.US_ASCII);
            ProxyHeader header = line(line);
            if (!(header instanceof Malformed)) {
                in.skipBytes(length);
            }
            return header;
        }

        private static ProxyHeader line(String line) {
            if (!line.endsWith("\r\n")) {
                return new Malformed();
            }
            String[] words = line.substring(0, line.length() - 2).split(" ", -1);
            if (words[1].equals("UNKNOWN")) {
                return new Unnamed(); // Whatever follows is to be ignored.
            }
            if (words.length != 6 || !isAddress(words[1], words[2]) || !isAddress(words[1], words[3])) {
                return new Malformed();
            }
            OptionalInt port = port(words[4]);
            return port.isPresent() && port(words[5]).isPresent()
                    ? new Relayed(new InetSocketAddress(InetAddress.ofLiteral(words[2]), port.getAsInt()))
                    : new Malformed();
        }

        private static boolean isAddress(String family, String literal) {
            return switch (family) {
                case "TCP4" -> NetUtil.isValidIpV4Address(literal);
                case "TCP6" -> NetUtil.isValidIpV6Address(literal) && literal.matches("[0-9A-Fa-f:.]+");
                default -> false;
            };
        }

        private static OptionalInt port(String digits) {
            if (!PORT.matcher(digits).matches()) {
                return OptionalInt.empty();
            }
            int port = Integer.parseInt(digits);
            return port <= 0xffff ? OptionalInt.of(port) : OptionalInt.empty();
        }
    }

    /** Binary (section 2.2). */
    final class Version2 {

        private static final byte[] PREFIX = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a");
        private static final int LENGTH = PREFIX.length + 4;
        private static final int VERSION = 2;
        private static final int LOCAL = 0;
        private static final int PROXY = 1;
        private static final int UNSPECIFIED = 0x00;
        private static final int TCP_4 = 0x11;
        private static final int TCP_6 = 0x21;

        private Version2() {}

        private static ProxyHeader read(ByteBuf in) {
            int at = in.readerIndex() + PREFIX.length;
            int versionAndCommand = in.getUnsignedByte(at);
            int command = versionAndCommand & 0x0f;
            int family = in.getUnsignedByte(at + 1);
            int length = in.getUnsignedShort(at + 2);
            if (versionAndCommand >> 4 != VERSION || command > PROXY || length > MOST_CONTENT) {
                return new Malformed();
            }
            if (in.readableBytes() < LENGTH + length) {
                return new Incomplete();
            }
            ProxyHeader header = command == LOCAL ? new Own() : relayed(in, at + 4, family, length);
            if (!(header instanceof Malformed)) {
                in.skipBytes(LENGTH + length);
            }
            return header;
        }

        private static ProxyHeader relayed(ByteBuf in, int at, int family, int length) {
            return switch (family) {
                case UNSPECIFIED -> new Unnamed();
                case TCP_4 -> relayed(in, at, length, new byte[4]);
                case TCP_6 -> relayed(in, at, length, new byte[16]);
                default -> new Malformed(); // Datagrams and UNIX sockets can't have brought this connection.
            };
        }

        /** Two addresses and two ports, then extensions. */
        private static ProxyHeader relayed(ByteBuf in, int at, int length, byte[] source) {
            int addresses = 2 * source.length + 4;
            if (length < addresses) {
                return new Malformed();
            }
            ByteBuf header = in.slice(in.readerIndex(), LENGTH + length);
            if (!ProxyExtensions.areSound(header, LENGTH + addresses)) {
                return new Malformed();
            }
            in.getBytes(at, source);
            try {
                return new Relayed(new InetSocketAddress(
                        InetAddress.getByAddress(source), in.getUnsignedShort(at + 2 * source.length)));
            } catch (UnknownHostException neither4Nor16Bytes) {
                throw new IllegalStateException(neither4Nor16Bytes);
            }
        }
    }
}
