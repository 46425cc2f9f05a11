package dev.anyhost.store;

import static dev.anyhost.store.TestCertificates.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a challenger may take a lease, and what its late holder can still do. */
interface LeaseTakeoverContract extends StoreContract {

    Hostname STALLED = hostname("stalled.example.com");
    Duration ALMOST_A_TERM = Lease.TERM.minusNanos(1);

    private static Lease claimed(ClaimResult result) {
        return ((ClaimResult.Claimed) result).lease();
    }

    private static LeaseWatch watch(ClaimResult result) {
        return ((ClaimResult.HeldByOther) result).watch();
    }

    @Test
    default void silentHolder_losesItsLeaseAfterOneTerm() {
        StoreFixture store = store();
        IssuanceLeases leases = store.open("first").leases();
        leases.claim(STALLED, "proxy-1");
        LeaseWatch watch = watch(leases.claim(STALLED, "proxy-2"));

        store.time.advance(ALMOST_A_TERM);
        LeaseWatch longer = watch(leases.claimAfterWatching(watch, "proxy-2"));
        assertThat(longer).isEqualTo(watch);

        store.time.advance(Duration.ofNanos(1));
        assertThat(claimed(leases.claimAfterWatching(longer, "proxy-2")).token())
                .isEqualTo(2);
    }

    @Test
    default void renewal_beginsTheWatchAnew() {
        StoreFixture store = store();
        IssuanceLeases leases = store.open("first").leases();
        Lease lease = claimed(leases.claim(STALLED, "proxy-1"));
        LeaseWatch watch = watch(leases.claim(STALLED, "proxy-2"));

        store.time.advance(ALMOST_A_TERM);
        leases.renew(lease);
        store.time.advance(Duration.ofNanos(1));
        LeaseWatch again = watch(leases.claimAfterWatching(watch, "proxy-2"));

        assertThat(again.renewal()).isEqualTo(1);
        assertThat(again.sinceNanos()).isEqualTo(store.time.getAsLong());
        store.time.advance(ALMOST_A_TERM);
        assertThat(leases.claimAfterWatching(again, "proxy-2")).isInstanceOf(ClaimResult.HeldByOther.class);
    }

    @Test
    default void otherHolderOfTheSameName_beginsTheWatchAnew() {
        StoreFixture store = store();
        IssuanceLeases leases = store.open("first").leases();
        Lease lease = claimed(leases.claim(STALLED, "proxy-1"));
        LeaseWatch watch = watch(leases.claim(STALLED, "proxy-2"));
        leases.release(lease);
        leases.claim(STALLED, "proxy-1");

        store.time.advance(Lease.TERM);

        assertThat(watch(leases.claimAfterWatching(watch, "proxy-2")).token()).isEqualTo(2);
    }

    @Test
    default void leaseReleasedWhileWatched_isClaimedAtOnce() {
        IssuanceLeases leases = store().open("first").leases();
        Lease lease = claimed(leases.claim(STALLED, "proxy-1"));
        LeaseWatch watch = watch(leases.claim(STALLED, "proxy-2"));
        leases.release(lease);

        assertThat(leases.claimAfterWatching(watch, "proxy-2")).isInstanceOf(ClaimResult.Claimed.class);
    }

    @Test
    default void manyChallengers_haveOneWinner() {
        StoreFixture store = store();
        IssuanceLeases leases = store.open("first").leases();
        leases.claim(STALLED, "proxy-1");
        LeaseWatch watch = watch(leases.claim(STALLED, "challenger"));
        store.time.advance(Lease.TERM);

        List<ClaimResult> results = Racers.race(8, racer -> leases.claimAfterWatching(watch, "challenger-" + racer));

        assertThat(results).filteredOn(ClaimResult.Claimed.class::isInstance).hasSize(1);
        assertThat(results).noneMatch(ClaimResult.Unreachable.class::isInstance);
    }

    @Test
    default void overtakenHolder_canDoNothingToTheLease() {
        StoreFixture store = store();
        IssuanceLeases leases = store.open("first").leases();
        Lease late = claimed(leases.claim(STALLED, "proxy-1"));
        LeaseWatch watch = watch(leases.claim(STALLED, "proxy-2"));
        store.time.advance(Lease.TERM);
        Lease next = claimed(leases.claimAfterWatching(watch, "proxy-2"));

        LeaseUpdate lost = new LeaseUpdate.Lost(LeaseUpdate.Reason.TAKEN_OVER);
        assertThat(late.isLapsed(store.time.getAsLong())).isTrue();
        assertThat(leases.renew(late)).isEqualTo(lost);
        assertThat(leases.recordOrder(
                        late, new Lease.PendingOrder("https://ca.test/directory", URI.create("https://ca.test/2"))))
                .isEqualTo(lost);
        assertThat(leases.release(late)).isEqualTo(new StoreEffect.Done());
        assertThat(leases.handOver(late)).isEqualTo(new StoreEffect.Done());
        assertThat(leases.renew(next)).isInstanceOf(LeaseUpdate.Kept.class);
    }

    @Test
    default void predecessorsOrder_isTakenOverWithTheLease() {
        StoreFixture store = store();
        IssuanceLeases leases = store.open("first").leases();
        Lease.PendingOrder order =
                new Lease.PendingOrder("https://ca.test/directory", URI.create("https://ca.test/order/9"));
        leases.recordOrder(claimed(leases.claim(STALLED, "proxy-1")), order);
        LeaseWatch watch = watch(leases.claim(STALLED, "proxy-2"));
        store.time.advance(Lease.TERM);

        assertThat(claimed(leases.claimAfterWatching(watch, "proxy-2")).order()).contains(order);
    }

    @Test
    default void renewedLease_isNotLapsedBeforeTheNextTerm() {
        StoreFixture store = store();
        IssuanceLeases leases = store.open("first").leases();
        Lease lease = claimed(leases.claim(STALLED, "proxy-1"));

        store.time.advance(ALMOST_A_TERM);
        Lease renewed = ((LeaseUpdate.Kept) leases.renew(lease)).lease();
        store.time.advance(Duration.ofNanos(1));

        assertThat(lease.isLapsed(store.time.getAsLong())).isTrue();
        assertThat(renewed.isLapsed(store.time.getAsLong())).isFalse();
    }

    @Test
    default void orderThatTakesTooLong_isNotRenewedAnyMore() {
        StoreFixture store = store();
        IssuanceLeases leases = store.open("first").leases();
        Lease lease = claimed(leases.claim(STALLED, "proxy-1"));
        store.time.advance(Lease.LONGEST.minusNanos(1));
        Lease renewed = ((LeaseUpdate.Kept) leases.renew(lease)).lease();
        store.time.advance(Duration.ofNanos(1));
        store.calls.operations();

        assertThat(leases.renew(renewed)).isEqualTo(new LeaseUpdate.Lost(LeaseUpdate.Reason.ORDER_TOO_LONG));
        assertThat(store.calls.operations()).isEmpty();
    }
}
