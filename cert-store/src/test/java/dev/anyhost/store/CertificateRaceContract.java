package dev.anyhost.store;

import static dev.anyhost.store.TestCertificates.ISSUER;
import static dev.anyhost.store.TestCertificates.certificate;
import static dev.anyhost.store.TestCertificates.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who wins when several write, and how few calls it takes. */
interface CertificateRaceContract extends StoreContract {

    Hostname RACED = hostname("raced.example.com");

    private static Lease lease(long token) {
        return new Lease(RACED, "proxy-" + token, token, 0, 0, 0, Optional.empty(), Optional.empty());
    }

    @Test
    default void secondFirstCertificate_isSupersededByTheWinner() {
        StoreFixture store = store();
        CertificateStore certificates = store.open("first").certificates();
        NewCertificate winner = certificate(RACED);
        certificates.put(winner, 0, lease(1));
        store.calls.operations();

        WriteResult second = certificates.put(certificate(RACED), 0, lease(1));

        assertThat(store.calls.operations()).containsExactly("PutItem");
        assertThat(second)
                .isInstanceOfSatisfying(
                        WriteResult.Superseded.class,
                        superseded -> assertThat(superseded.winner())
                                .isInstanceOfSatisfying(
                                        FindResult.Found.class,
                                        found -> assertThat(found.certificate().chain())
                                                .isEqualTo(winner.chain())));
    }

    @Test
    default void replacementOfAnOldVersion_isSuperseded() {
        CertificateStore certificates = store().open("first").certificates();
        certificates.put(certificate(RACED), 0, lease(1));
        assertThat(certificates.put(certificate(RACED), 1, lease(2))).isEqualTo(new WriteResult.Written(2));

        assertThat(certificates.put(certificate(RACED), 1, lease(3))).isInstanceOf(WriteResult.Superseded.class);
    }

    @Test
    default void replacementOfWhatVanished_isSupersededByNothing() {
        CertificateStore certificates = store().open("first").certificates();

        assertThat(certificates.put(certificate(RACED), 4, lease(1)))
                .isEqualTo(new WriteResult.Superseded(new FindResult.Absent()));
    }

    @Test
    default void holderThatSlept_isFencedEvenWithTheRightVersion() {
        CertificateStore certificates = store().open("first").certificates();
        certificates.put(certificate(RACED), 0, lease(7));

        assertThat(certificates.put(certificate(RACED), 1, lease(6))).isEqualTo(new WriteResult.Fenced(7));
        assertThat(certificates.put(certificate(RACED), 0, lease(6))).isEqualTo(new WriteResult.Fenced(7));
        assertThat(certificates.put(certificate(RACED), 1, lease(7))).isEqualTo(new WriteResult.Written(2));
    }

    @Test
    default void lostAnswer_isAskedForAgainAndIsOurOwnSuccess() {
        StoreFixture store = store();
        CertificateStore certificates = store.open("first").certificates();
        store.calls.loseNextAnswerTo("PutItem");

        assertThat(certificates.put(certificate(RACED), 0, lease(1))).isEqualTo(new WriteResult.Written(1));
        assertThat(store.calls.operations()).containsExactly("PutItem", "PutItem");

        store.calls.loseNextAnswerTo("PutItem");
        assertThat(certificates.put(certificate(RACED), 1, lease(1))).isEqualTo(new WriteResult.Written(2));
        assertThat(certificates.find(RACED)).isInstanceOf(FindResult.Found.class);
    }

    @Test
    default void manyWriters_haveOneWinnerAndAValidPair() {
        CertificateStore certificates = store().open("first").certificates();

        List<WriteResult> results = Racers.race(8, racer -> certificates.put(certificate(RACED), 0, lease(racer + 1L)));

        assertThat(results).filteredOn(WriteResult.Written.class::isInstance).hasSize(1);
        assertThat(results).noneMatch(WriteResult.Unreachable.class::isInstance);
        assertThat(certificates.findConsistent(RACED)).isInstanceOf(FindResult.Found.class);
    }

    @Test
    default void wholeIssuance_takesSixCalls() {
        StoreFixture store = store();
        CertificateTables tables = store.open("first");

        Lease lease = ((ClaimResult.Claimed) tables.leases().claim(RACED, "proxy-1")).lease();
        tables.certificates().findConsistent(RACED);
        tables.challenges().post(RACED, "token.thumbprint", store.time.instant().plusSeconds(300));
        tables.certificates().put(certificate(RACED), 0, lease);
        tables.challenges().withdraw(RACED, "token.thumbprint");
        tables.leases().release(lease);

        assertThat(store.calls.operations())
                .containsExactly("UpdateItem", "GetItem", "PutItem", "PutItem", "DeleteItem", "UpdateItem");
    }

    @Test
    default void noteOfTheOrder_isOneCallMore() {
        StoreFixture store = store();
        IssuanceLeases leases = store.open("first").leases();
        Lease lease = ((ClaimResult.Claimed) leases.claim(RACED, "proxy-1")).lease();
        store.calls.operations();

        leases.recordOrder(lease, new Lease.PendingOrder(ISSUER, URI.create("https://ca.test/order/1")));

        assertThat(store.calls.operations()).containsExactly("UpdateItem");
    }
}
