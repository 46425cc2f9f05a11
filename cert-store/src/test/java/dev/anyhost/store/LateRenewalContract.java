package dev.anyhost.store;

import static dev.anyhost.store.TestCertificates.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.LateRenewals.LateRenewal;
import dev.anyhost.store.LateRenewals.LateResult;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What should have been renewed. */
interface LateRenewalContract extends StoreContract {

    Hostname LATE = hostname("late.example.com");

    private static List<LateRenewal> late(CertificateTables tables) {
        return ((LateResult.Late) tables.late().of(Shards.of(LATE))).renewals();
    }

    private static LateRenewal one(StoreFixture store, int days) {
        Instant now = store.time.instant();
        return new LateRenewal(LATE, now, now.plus(Duration.ofDays(1)), now.plus(Duration.ofDays(days)));
    }

    @Test
    default void late_isListedInItsPartByOneQueryUntilItIsForgotten() {
        StoreFixture store = store();
        CertificateTables tables = store.open("first");
        tables.late().note(one(store, 3));
        tables.late().note(one(store, 2));
        store.calls.operations();
        assertThat(late(tables)).containsExactly(one(store, 2));
        assertThat(store.calls.operations()).containsExactly("Query");
        Shards.ALL.stream()
                .filter(part -> !part.equals(Shards.of(LATE)))
                .forEach(part -> assertThat(tables.late().of(part)).isEqualTo(new LateResult.Late(List.of())));

        tables.late().forget(LATE);
        assertThat(late(tables)).isEmpty();
    }

    @Test
    default void late_isOverAWeekAfterItsCertificate() {
        StoreFixture store = store();
        CertificateTables tables = store.open("first");
        tables.late().note(one(store, 2));
        store.time.advance(Duration.ofDays(9).minusSeconds(1));
        assertThat(late(tables)).hasSize(1);
        store.time.advance(Duration.ofSeconds(1));
        assertThat(late(tables)).isEmpty();
    }
}
