package dev.anyhost.proxy.certificate;

import static dev.anyhost.proxy.certificate.Cluster.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WaitingRoomTest {

    private static final Hostname SHOP = hostname("shop.example");
    private static final Hostname OTHER = hostname("other.example");

    private final WaitingRoom room = new WaitingRoom(new WaitingRoom.Limits(6, 4, 3));
    private final List<WaitingRoom.Seat> seats = new ArrayList<>();

    private boolean enters(Hostname hostname, String client) {
        Optional<WaitingRoom.Seat> seat = room.enter(hostname, InetAddress.ofLiteral(client));
        seat.ifPresent(seats::add);
        return seat.isPresent();
    }

    @Test
    void oneNetwork_takesOnlyItsShare() {
        for (int i = 1; i <= 3; i++) {
            assertThat(enters(SHOP, "192.0.2." + i)).isTrue();
        }
        assertThat(enters(SHOP, "192.0.2.200")).isFalse();
        assertThat(enters(SHOP, "192.0.3.1")).isTrue();
        seats.getFirst().leave();
        seats.getFirst().leave();
        assertThat(enters(SHOP, "192.0.2.200")).isTrue();
        assertThat(enters(SHOP, "192.0.2.200")).isFalse();
    }

    @Test
    void networkOfIpv6_isAForty_Eight() {
        for (int i = 1; i <= 3; i++) {
            assertThat(enters(SHOP, "2001:db8:1:" + i + "::1")).isTrue();
        }
        assertThat(enters(SHOP, "2001:db8:1:ffff::1")).isFalse();
        assertThat(enters(SHOP, "2001:db8:2::1")).isTrue();
    }

    @Test
    void oneName_takesOnlyItsShare() {
        for (int i = 1; i <= 4; i++) {
            assertThat(enters(SHOP, "192.0." + i + ".1")).isTrue();
        }
        assertThat(enters(SHOP, "192.0.9.1")).isFalse();
        assertThat(enters(OTHER, "192.0.9.1")).isTrue();
    }

    @Test
    void all_areBounded_andWhoWasTurnedAwayTakesNoRoom() {
        for (int i = 1; i <= 6; i++) {
            assertThat(enters(hostname("n" + i + ".example"), "192.0." + i + ".1"))
                    .isTrue();
        }
        for (int i = 0; i < 100; i++) {
            assertThat(enters(OTHER, "198.51.100.1")).isFalse();
        }
        assertThat(room.waiting()).isEqualTo(6);
        seats.forEach(WaitingRoom.Seat::leave);
        assertThat(room.waiting()).isZero();
        assertThat(enters(OTHER, "198.51.100.1")).isTrue();
    }

    @Test
    void manyAtOnce_neverExceedABound() throws Exception {
        var entered = new AtomicInteger();
        var most = new AtomicInteger();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 2_000; i++) {
                threads.submit(() -> room.enter(SHOP, InetAddress.ofLiteral("192.0.2.1"))
                        .ifPresent(seat -> {
                            most.accumulateAndGet(entered.incrementAndGet(), Math::max);
                            entered.decrementAndGet();
                            seat.leave();
                        }));
            }
        }
        assertThat(most.get()).isBetween(1, 3);
        assertThat(room.waiting()).isZero();
    }
}
