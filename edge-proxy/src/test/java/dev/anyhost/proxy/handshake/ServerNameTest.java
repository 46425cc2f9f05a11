package dev.anyhost.proxy.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.proxy.challenge.TlsMarker;
import dev.anyhost.proxy.handshake.ServerName.Purpose;
import dev.anyhost.testkit.ClientHello;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerNameTest {

    private static final int HANDSHAKE_HEADER = 4;
    private static final ServerName UNUSABLE = new ServerName.Unusable();

    private static ServerName read(byte[] handshake) {
        return ServerName.in(Unpooled.wrappedBuffer(handshake, HANDSHAKE_HEADER, handshake.length - HANDSHAKE_HEADER));
    }

    private static ServerName named(String host, Purpose purpose) {
        return new ServerName.Named(Hostname.parse(host).orElseThrow(), purpose);
    }

    @ParameterizedTest
    @ValueSource(strings = {"shop.example", "SHOP.Example", "shop.example."})
    void ordinaryName_isCanonical(String name) {
        assertThat(read(ClientHello.forName(name).handshake())).isEqualTo(named("shop.example", new Purpose.Visit()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "127.0.0.1", "::1", "a_b.example", "*.example", "a..b", ".", "a.local"})
    void whatIsNoPublicHostname_isUnusable(String name) {
        byte[] octets = name.getBytes(StandardCharsets.US_ASCII);
        assertThat(read(ClientHello.withoutName().serverName(octets).handshake()))
                .isEqualTo(UNUSABLE);
    }

    @Test
    void missingName_isUnusable() {
        assertThat(read(ClientHello.withoutName().handshake())).isEqualTo(UNUSABLE);
    }

    @Test
    void twoNames_areUnusable() {
        byte[] a = "a.example".getBytes(StandardCharsets.US_ASCII);
        byte[] b = "b.example".getBytes(StandardCharsets.US_ASCII);
        assertThat(read(ClientHello.withoutName().serverNames(a, b).handshake()))
                .isEqualTo(UNUSABLE);
    }

    @Test
    void acmeTls_countsOnlyWhenItIsOfferedAlone() {
        assertThat(read(ClientHello.forName("a.example").alpn("acme-tls/1").handshake()))
                .isEqualTo(named("a.example", new Purpose.Validation()));
        assertThat(read(ClientHello.forName("a.example")
                        .alpn("acme-tls/1", "h2")
                        .handshake()))
                .isEqualTo(named("a.example", new Purpose.Visit()));
        assertThat(read(ClientHello.forName("a.example").alpn("h2", "http/1.1").handshake()))
                .isEqualTo(named("a.example", new Purpose.Visit()));
    }

    @Test
    void marker_countsOnlyWhenItIsOfferedAlone() {
        String marker = TlsMarker.protocol("t".repeat(43));
        assertThat(read(ClientHello.forName("a.example").alpn(marker).handshake()))
                .isEqualTo(named("a.example", new Purpose.Marker("t".repeat(43))));
        assertThat(read(ClientHello.forName("a.example").alpn(marker, "h2").handshake()))
                .isEqualTo(named("a.example", new Purpose.Visit()));
    }

    @Test
    void anyPrefix_givesAnAnswer() {
        byte[] hello = ClientHello.forName("shop.example").alpn("h2").handshake();
        for (int length = HANDSHAKE_HEADER; length < hello.length; length++) {
            assertThat(read(Arrays.copyOf(hello, length)))
                    .as("prefix of %d", length)
                    .isNotNull();
        }
    }

    @Test
    void anyMutation_givesAnAnswer() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        byte[] hello = ClientHello.forName("shop.example").alpn("acme-tls/1").handshake();
        for (int round = 0; round < 50_000; round++) {
            byte[] mutated = Arrays.copyOf(hello, hello.length - random.nextInt(20));
            for (int changes = random.nextInt(6); changes >= 0; changes--) {
                int at = HANDSHAKE_HEADER + random.nextInt(mutated.length - HANDSHAKE_HEADER);
                mutated[at] = (byte) random.nextInt(256);
            }
            assertThat(read(mutated)).as("seed %d, round %d", seed, round).isNotNull();
        }
    }
}
