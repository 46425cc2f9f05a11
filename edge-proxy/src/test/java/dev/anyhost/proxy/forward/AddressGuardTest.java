package dev.anyhost.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressGuardTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.1.2.3",
                "10.0.0.1",
                "100.64.0.1",
                "100.127.255.255",
                "127.0.0.1",
                "127.255.0.1",
                "168.63.129.16",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.170",
                "192.0.2.1",
                "192.168.1.1",
                "198.18.0.1",
                "198.19.255.255",
                "198.51.100.1",
                "203.0.113.1",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
                "64:ff9b::a00:1",
                "64:ff9b::7f00:1",
                "64:ff9b:1::1",
                "100::1",
                "2001::1",
                "2001:db8::1",
                "2002:a00:1::1",
                "2002:7f00:1::1",
                "3fff::1",
                "fc00::1",
                "fd00:ec2::254",
                "fe80::1",
                "fec0::1",
                "ff02::1",
            })
    void specialAddress_isNotPublic(String address) {
        assertThat(AddressGuard.isPublic(InetAddress.ofLiteral(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "9.255.255.255",
                "11.0.0.1",
                "100.63.255.255",
                "100.128.0.1",
                "172.15.0.1",
                "172.32.0.1",
                "192.167.1.1",
                "223.255.255.255",
                "2606:4700::1",
                "2a00::1",
                "64:ff9b::101:101",
                "2002:101:101::1",
            })
    void otherAddress_isPublic(String address) {
        assertThat(AddressGuard.isPublic(InetAddress.ofLiteral(address))).isTrue();
    }

    @Test
    void operatorsOwnOrigin_mayBeAnywhere() {
        InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
        var tenants = new Origin(true, "a.example.com", 443, false);
        var operators = new Origin(true, "a.example.com", 443, true);

        assertThat(guard(false).permits(operators, loopback)).isTrue();
        assertThat(guard(false).permits(tenants, loopback)).isFalse();
        assertThat(guard(true).permits(tenants, loopback)).isTrue();
    }

    @Test
    void ownListener_isNobodysOrigin() {
        InetAddress address = InetAddress.ofLiteral("203.0.114.5");
        var guard = new AddressGuard(true, other -> other.equals(new InetSocketAddress(address, 443)));
        for (boolean trusted : new boolean[] {true, false}) {
            assertThat(guard.permits(new Origin(true, "loop.example", 443, trusted), address))
                    .isFalse();
            assertThat(guard.permits(new Origin(true, "loop.example", 444, trusted), address))
                    .isTrue();
        }
    }

    private static AddressGuard guard(boolean allowPrivate) {
        return new AddressGuard(allowPrivate, own -> false);
    }
}
