package dev.anyhost.proxy.listen;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "::ffff:10.0.0.0/104",
                "::ffff:10.0.0.0/24",
                "fe80::1%lo/64",
                "fe80::1%nosuch/64",
                "[::1]/128",
                "10.0.0.0",
                "10.0.0.0/33",
                "2001:db8::/129",
                "10.0.0/8",
                "/8",
                "10.0.0.0/",
                "10.0.0.0/-1",
            })
    void whatIsNoBlockOfItsOwnFamily_isRefused(String text) {
        assertThat(Cidr.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0/0", "10.0.0.0/8", "10.1.2.3/32"})
    void addressesOfTheBlock_areInItHoweverTheyAreWritten(String text) {
        assertThat(Cidr.parse(text))
                .hasValueSatisfying(block -> assertThat(block.contains(InetAddress.ofLiteral("10.1.2.3"))
                                && block.contains(InetAddress.ofLiteral("::ffff:10.1.2.3")))
                        .isTrue());
    }

    @Test
    void families_areApart() {
        assertThat(Cidr.parse("::/0").orElseThrow().contains(InetAddress.ofLiteral("10.1.2.3")))
                .isFalse();
        assertThat(Cidr.parse("2001:db8::/32").orElseThrow().contains(InetAddress.ofLiteral("2001:db8:1::1")))
                .isTrue();
    }
}
