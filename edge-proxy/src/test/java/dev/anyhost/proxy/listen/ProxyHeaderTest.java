package dev.anyhost.proxy.listen;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyHeaderTest {

    private static final String V2 = "0d0a0d0a000d0a515549540a";
    private static final String ENDS_4 = "cb007107" + "c0000201" + "d431" + "01bb";

    private static ProxyHeader read(byte[] bytes) {
        ByteBuf in = Unpooled.copiedBuffer(bytes, "rest".getBytes(ISO_8859_1));
        ProxyHeader header = ProxyHeader.read(in);
        boolean taken = header instanceof ProxyHeader.Relayed
                || header instanceof ProxyHeader.Unnamed
                || header instanceof ProxyHeader.Own;
        assertThat(in.readableBytes()).isEqualTo(taken ? 4 : bytes.length + 4);
        return header;
    }

    private static ProxyHeader line(String line) {
        return read(line.getBytes(ISO_8859_1));
    }

    private static ProxyHeader binary(String hex) {
        return read(HexFormat.of().parseHex(hex));
    }

    private static ProxyHeader relayed(String address, int port) {
        return new ProxyHeader.Relayed(new InetSocketAddress(InetAddress.ofLiteral(address), port));
    }

    @ParameterizedTest
    @CsvSource({
        "PROXY TCP4 203.0.113.7 192.0.2.1 54321 443, 203.0.113.7, 54321",
        "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535, 255.255.255.255, 65535",
        "PROXY TCP6 2001:db8::7 2001:db8::1 0 443, 2001:db8::7, 0",
        "PROXY TCP6 ::ffff:203.0.113.7 ::1 1 2, 203.0.113.7, 1",
    })
    void textHeader_namesTheClient(String line, String address, int port) {
        assertThat(line(line + "\r\n")).isEqualTo(relayed(address, port));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PROXY UNKNOWN\r\n", "PROXY UNKNOWN ffff::1 garbage 1 2 3 4\r\n"})
    void unknownClient_isUnnamed(String line) {
        assertThat(line(line)).isEqualTo(new ProxyHeader.Unnamed());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PROXY \r\n",
                "PROXY TCP4\r\n",
                "PROXY TCP5 203.0.113.7 192.0.2.1 1 2\r\n",
                "proxy TCP4 203.0.113.7 192.0.2.1 1 2\r\n",
                "PROXY TCP4 203.0.113.7 192.0.2.1 1 2\n",
                "PROXY TCP4 203.0.113.7 192.0.2.1 1 2 3\r\n",
                "PROXY TCP4  203.0.113.7 192.0.2.1 1 2\r\n",
                "PROXY TCP4 203.0.113.7 192.0.2.1 1\r\n",
                "PROXY TCP4 203.0.113.7 192.0.2.1 01 2\r\n",
                "PROXY TCP4 203.0.113.7 192.0.2.1 -1 2\r\n",
                "PROXY TCP4 203.0.113.7 192.0.2.1 65536 2\r\n",
                "PROXY TCP4 203.0.113.7 192.0.2.1 1 99999\r\n",
                "PROXY TCP4 203.0.113 192.0.2.1 1 2\r\n",
                "PROXY TCP4 203.0.113.256 192.0.2.1 1 2\r\n",
                "PROXY TCP4 2001:db8::7 2001:db8::1 1 2\r\n",
                "PROXY TCP6 203.0.113.7 192.0.2.1 1 2\r\n",
                "PROXY TCP6 [2001:db8::7] 2001:db8::1 1 2\r\n",
                "PROXY TCP6 fe80::1%eth0 2001:db8::1 1 2\r\n",
                "PROXY TCP4 localhost 192.0.2.1 1 2\r\n",
                "PROXY UNKNOWN xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                        + "xxxxxxxxxxxxxxxxxxxxxxxxx\r\n",
                "PROXYTCP4 203.0.113.7 192.0.2.1 1 2\r\n",
                "GET / HTTP/1.1\r\n",
                "\u0016\u0003\u0001",
            })
    void otherText_isMalformed(String line) {
        assertThat(line(line)).isEqualTo(new ProxyHeader.Malformed());
    }

    @Test
    void binaryHeader_namesTheClientAndItsExtensionsAreSkipped() {
        assertThat(binary(V2 + "2111" + "000c" + ENDS_4)).isEqualTo(relayed("203.0.113.7", 54_321));
        assertThat(binary(V2 + "2111" + "0013" + ENDS_4 + "ea0004deadbeef")).isEqualTo(relayed("203.0.113.7", 54_321));
        assertThat(binary(V2 + "2111" + "000f" + ENDS_4 + "040000")).isEqualTo(relayed("203.0.113.7", 54_321));
        assertThat(binary(V2 + "2121" + "0024" + "20010db8000000000000000000000007" + "00".repeat(16) + "d43101bb"))
                .isEqualTo(relayed("2001:db8::7", 54_321));
    }

    /** As Network Load Balancers send it: checksum, endpoint, padding. Made by another program than ours. */
    private static final String CHECKSUMMED =
            "0d0a0d0a000d0a515549540a21110020cb007107c0000201d43101bb0300048708ce39ea000301616204000400000000";

    @Test
    void headerWithItsChecksum_namesTheClient() {
        assertThat(binary(CHECKSUMMED)).isEqualTo(relayed("203.0.113.7", 54_321));
        assertThat(binary("0d0a0d0a000d0a515549540a2121003120010db80000000000000000000000070000000000000000"
                        + "0000000000000000d43101bbea000301616203000409a24789"))
                .isEqualTo(relayed("2001:db8::7", 54_321));
    }

    @Test
    void headerThatIsNotAsItsChecksumSays_namesNoClient() {
        byte[] whole = HexFormat.of().parseHex(CHECKSUMMED);
        int type = (12 + 4 + 12) * 8; // Of the checksum: what has another one has no checksum.
        for (int bit = 0; bit < whole.length * 8; bit += bit == type - 1 ? 9 : 1) {
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            ProxyHeader header = ProxyHeader.read(Unpooled.wrappedBuffer(flipped));
            assertThat(header).as("bit %d", bit).isNotInstanceOf(ProxyHeader.Relayed.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "20", // no length
                "20ff",
                "ea0004deadbe", // too short for its length
                "ea0004deadbeef00", // one octet over
                "eaffff",
                "030003aabbcc", // a checksum has four octets
                "0300050000000000",
                "03000400000000", // wrong
            })
    void extensionsThatDoNotFillTheirPlace_areMalformed(String extensions) {
        String length = HexFormat.of().toHexDigits((short) (12 + extensions.length() / 2));
        assertThat(binary(V2 + "2111" + length + ENDS_4 + extensions)).isEqualTo(new ProxyHeader.Malformed());
    }

    @Test
    void secondChecksum_isMalformed() {
        String twice = CHECKSUMMED.substring(56, 70);
        assertThat(twice).startsWith("030004");
        assertThat(binary(V2 + "2111" + "001a" + ENDS_4 + twice + twice)).isEqualTo(new ProxyHeader.Malformed());
    }

    @Test
    void localCommand_isTheLoadBalancersOwnWhateverFollows() {
        assertThat(binary(V2 + "2000" + "0000")).isEqualTo(new ProxyHeader.Own());
        assertThat(binary(V2 + "2011" + "000c" + ENDS_4)).isEqualTo(new ProxyHeader.Own());
        assertThat(binary(V2 + "20ff" + "0001" + "00")).isEqualTo(new ProxyHeader.Own());
    }

    @Test
    void unspecifiedFamily_isUnnamed() {
        assertThat(binary(V2 + "2100" + "0000")).isEqualTo(new ProxyHeader.Unnamed());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1111" + "000c" + ENDS_4, // version 1
                "3111" + "000c" + ENDS_4, // version 3
                "2211" + "000c" + ENDS_4, // no such command
                "2112" + "000c" + ENDS_4, // datagrams
                "2110" + "000c" + ENDS_4, // no transport
                "2141" + "000c" + ENDS_4, // no such family
                "2111" + "000b" + "cb007107c0000201d43101", // too short for its family
                "2121" + "000c" + ENDS_4,
                "2111" + "1001", // over the limit: the content isn't even waited for
                "2011" + "ffff",
            })
    void otherBinary_isMalformed(String rest) {
        assertThat(binary(V2 + rest)).isEqualTo(new ProxyHeader.Malformed());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "50524f585920544350342032" + "30332e302e3131332e37203139322e302e322e31203120320d0a",
                V2 + "2111000c" + ENDS_4
            })
    void everyPrefix_isIncomplete(String hex) {
        byte[] whole = HexFormat.of().parseHex(hex);
        for (int length = 0; length < whole.length; length++) {
            assertThat(ProxyHeader.read(Unpooled.wrappedBuffer(whole, 0, length)))
                    .as("%d bytes", length)
                    .isEqualTo(new ProxyHeader.Incomplete());
        }
        assertThat(ProxyHeader.read(Unpooled.wrappedBuffer(whole))).isInstanceOf(ProxyHeader.Relayed.class);
    }

    @Test
    void lineWithoutEnd_isMalformedWhenItIsLongerThanAnyLine() {
        byte[] line = ("PROXY UNKNOWN " + "x".repeat(200)).getBytes(ISO_8859_1);
        assertThat(ProxyHeader.read(Unpooled.wrappedBuffer(line, 0, 106))).isEqualTo(new ProxyHeader.Incomplete());
        assertThat(ProxyHeader.read(Unpooled.wrappedBuffer(line, 0, 107))).isEqualTo(new ProxyHeader.Malformed());
    }
}
