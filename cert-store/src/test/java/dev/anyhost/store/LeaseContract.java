package dev.anyhost.store;

import static dev.anyhost.store.TestCertificates.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A lease's life while its holders behave. */
interface LeaseContract extends StoreContract {

    Hostname LEASED = hostname("leased.example.com");
    Lease.PendingOrder ORDER =
            new Lease.PendingOrder("https://ca.test/directory", URI.create("https://ca.test/order/1"));

    private static Lease claimed(IssuanceLeases leases, String owner) {
        return ((ClaimResult.Claimed) leases.claim(LEASED, owner)).lease();
    }

    @Test
    default void freeLease_isClaimed() {
        StoreFixture store = store();
        long now = store.time.getAsLong();

        assertThat(store.open("first").leases().claim(LEASED, "proxy-1"))
                .isEqualTo(new ClaimResult.Claimed(
                        new Lease(LEASED, "proxy-1", 1, 0, now, now, Optional.empty(), Optional.empty())));
    }

    @Test
    default void heldLease_isDescribedInTheSameCall() {
        StoreFixture store = store();
        IssuanceLeases leases = store.open("first").leases();
        claimed(leases, "proxy-1");
        store.calls.operations();

        assertThat(leases.claim(LEASED, "proxy-2"))
                .isEqualTo(
                        new ClaimResult.HeldByOther(new LeaseWatch(LEASED, "proxy-1", 1, 0, store.time.getAsLong())));
        assertThat(store.calls.operations()).containsExactly("UpdateItem");
    }

    @Test
    default void otherHostname_isAnotherLease() {
        IssuanceLeases leases = store().open("first").leases();
        claimed(leases, "proxy-1");

        assertThat(leases.claim(hostname("other.example.com"), "proxy-2")).isInstanceOf(ClaimResult.Claimed.class);
    }

    @Test
    default void releasedLease_isClaimedWithTheNextToken() {
        IssuanceLeases leases = store().open("first").leases();

        long[] tokens = LongStream.range(0, 5)
                .map(_ -> {
                    Lease lease = claimed(leases, "proxy-1");
                    assertThat(leases.release(lease)).isEqualTo(new StoreEffect.Done());
                    return lease.token();
                })
                .toArray();

        assertThat(tokens).containsExactly(1, 2, 3, 4, 5);
    }

    @Test
    default void leaseRow_staysAndNeverExpires() {
        StoreFixture store = store();
        IssuanceLeases leases = store.open("first").leases();
        leases.release(claimed(leases, "proxy-1"));

        assertThat(store.row(CoordinationKey.lease(LEASED)))
                .containsKey("fence_token")
                .doesNotContainKey("expires");
    }

    @Test
    default void manyClaims_haveOneWinnerEachTimeAndTokensGrow() {
        IssuanceLeases leases = store().open("first").leases();
        for (long round = 1; round <= 5; round++) {
            List<Lease> winners = Racers.race(12, racer -> leases.claim(LEASED, "proxy-" + racer)).stream()
                    .filter(ClaimResult.Claimed.class::isInstance)
                    .map(won -> ((ClaimResult.Claimed) won).lease())
                    .toList();

            assertThat(winners).hasSize(1);
            assertThat(winners.getFirst().token()).isEqualTo(round);
            leases.release(winners.getFirst());
        }
    }

    @Test
    default void lostAnswerToAClaim_isOurOwnSuccess() {
        StoreFixture store = store();
        store.calls.loseNextAnswerTo("UpdateItem");

        ClaimResult claim = store.open("first").leases().claim(LEASED, "proxy-1");

        assertThat(store.calls.operations()).containsExactly("UpdateItem", "UpdateItem");
        assertThat(claim)
                .isInstanceOfSatisfying(
                        ClaimResult.Claimed.class,
                        claimed -> assertThat(claimed.lease().token()).isEqualTo(1));
    }

    @Test
    default void lostAnswersToRenewalAndRelease_doNoHarm() {
        StoreFixture store = store();
        IssuanceLeases leases = store.open("first").leases();
        Lease lease = claimed(leases, "proxy-1");

        store.calls.loseNextAnswerTo("UpdateItem");
        assertThat(leases.renew(lease)).isInstanceOf(LeaseUpdate.Kept.class);
        store.calls.loseNextAnswerTo("UpdateItem");
        assertThat(leases.release(lease)).isEqualTo(new StoreEffect.Done());
        assertThat(claimed(leases, "proxy-2").token()).isEqualTo(2);
    }

    @Test
    default void renewalsOfOneHolderAtOnce_areAllSignsOfLife() {
        IssuanceLeases leases = store().open("first").leases();
        Lease lease = claimed(leases, "proxy-1");

        List<Long> renewals = Racers.race(
                4, _ -> ((LeaseUpdate.Kept) leases.renew(lease)).lease().renewal());

        assertThat(renewals).containsExactlyInAnyOrder(1L, 2L, 3L, 4L);
    }

    @Test
    default void notedOrder_isHandedToTheSuccessorUntilReleased() {
        IssuanceLeases leases = store().open("first").leases();
        Lease first = claimed(leases, "proxy-1");
        Lease ordering = ((LeaseUpdate.Kept) leases.recordOrder(first, ORDER)).lease();
        assertThat(ordering.order()).contains(ORDER);
        assertThat(ordering.renewal()).isEqualTo(1);

        leases.handOver(ordering);
        Lease second = claimed(leases, "proxy-2");
        assertThat(second.order()).contains(ORDER);

        leases.release(second);
        assertThat(claimed(leases, "proxy-3").order()).isEmpty();
    }
}
