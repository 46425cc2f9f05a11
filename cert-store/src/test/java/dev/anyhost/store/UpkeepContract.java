package dev.anyhost.store;

import static dev.anyhost.store.TestCertificates.certificate;
import static dev.anyhost.store.TestCertificates.hostname;
import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.store.PartLeases.PartClaim;
import dev.anyhost.store.PartLeases.PartLease;
import dev.anyhost.store.PartLeases.PartState;
import dev.anyhost.store.PartLeases.PartsResult;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What is due for renewal, and who looks after which part. */
interface UpkeepContract extends StoreContract {

    Hostname DUE = hostname("due.example.com");
    Instant SOON = Instant.parse("2099-01-01T00:00:00Z");
    SuggestedWindow WINDOW =
            new SuggestedWindow(SOON, SOON.plusSeconds(3_600), SOON.plusSeconds(1_800), SOON.minusSeconds(60));

    private static StoredCertificate stored(CertificateTables tables, Hostname hostname) {
        Lease lease = ((ClaimResult.Claimed) tables.leases().claim(hostname, "proxy-1")).lease();
        assertThat(tables.certificates().put(certificate(hostname), 0, lease)).isEqualTo(new WriteResult.Written(1));
        return found(tables, hostname);
    }

    private static StoredCertificate found(CertificateTables tables, Hostname hostname) {
        return ((FindResult.Found) tables.certificates().findConsistent(hostname)).certificate();
    }

    private static List<Hostname> due(CertificateTables tables, Hostname hostname, Instant now, int limit) {
        return ((DueResult.Due) tables.certificates().due(Shards.of(hostname), now, limit)).hostnames();
    }

    @Test
    default void newCertificate_isDueAtOnce() {
        CertificateTables tables = store().open("first");
        StoredCertificate stored = stored(tables, DUE);

        assertThat(due(tables, DUE, stored.notBefore(), 10)).containsExactly(DUE);
        assertThat(due(tables, DUE, stored.notBefore().minusSeconds(1), 10)).isEmpty();
    }

    @Test
    default void scheduled_isDueThenAndRemembersTheWindow() {
        CertificateTables tables = store().open("first");
        StoredCertificate stored = stored(tables, DUE);

        assertThat(tables.certificates().schedule(DUE, 1, SOON, Optional.of(WINDOW)))
                .isEqualTo(new StoreEffect.Done());
        assertThat(found(tables, DUE).upkeep())
                .isEqualTo(new Upkeep(SOON, stored.upkeep().used(), Optional.of(WINDOW)));
        assertThat(due(tables, DUE, SOON.minusSeconds(1), 10)).isEmpty();
        assertThat(due(tables, DUE, SOON, 10)).containsExactly(DUE);

        tables.certificates().schedule(DUE, 1, SOON, Optional.empty());
        assertThat(found(tables, DUE).upkeep().window()).isEmpty();
    }

    @Test
    default void scheduleOfAFormerVersion_changesNothing() {
        CertificateTables tables = store().open("first");
        StoredCertificate stored = stored(tables, DUE);

        assertThat(tables.certificates().schedule(DUE, 7, SOON, Optional.empty()))
                .isEqualTo(new StoreEffect.Done());
        assertThat(tables.certificates().schedule(hostname("absent.example.com"), 1, SOON, Optional.empty()))
                .isEqualTo(new StoreEffect.Done());
        assertThat(found(tables, DUE)).isEqualTo(stored);
    }

    @Test
    default void unreadableUpkeep_isDueAndNeverUnfitToBeServed() {
        StoreFixture store = store();
        CertificateTables tables = store.open("first");
        StoredCertificate stored = stored(tables, DUE);
        Map<String, AttributeValue> item = store.item(DUE.value());
        item.put("ari", AttributeValue.fromM(Map.of("start", AttributeValue.fromS("x"))));
        item.remove("used_at");
        store.replaceItem(item);
        assertThat(found(tables, DUE).upkeep())
                .isEqualTo(new Upkeep(stored.notBefore(), stored.notBefore(), Optional.empty()));
    }

    @Test
    default void use_isNotedOnceADay() {
        StoreFixture store = store();
        CertificateTables tables = store.open("first");
        Instant used = stored(tables, DUE).upkeep().used();

        tables.certificates().recordUse(DUE, used.plus(Duration.ofHours(23)));
        assertThat(found(tables, DUE).upkeep().used()).isEqualTo(used);
        tables.certificates().recordUse(DUE, used.plus(Duration.ofHours(24)));
        assertThat(found(tables, DUE).upkeep().used()).isEqualTo(used.plus(Duration.ofHours(24)));
        tables.certificates().recordUse(hostname("absent.example.com"), used);
        assertThat(tables.certificates().findConsistent(hostname("absent.example.com")))
                .isEqualTo(new FindResult.Absent());
    }

    @Test
    default void dueOnes_thoseForLongestFirst_inOneQueryWithoutScan() {
        StoreFixture store = store();
        CertificateTables tables = store.open("first");
        List<Hostname> names = IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> hostname("h" + i + ".example.com"))
                .filter(name -> Shards.of(name).equals("03"))
                .limit(6)
                .toList();
        for (int i = 0; i < names.size(); i++) {
            stored(tables, names.get(i));
            tables.certificates().schedule(names.get(i), 1, SOON.minusSeconds(i), Optional.empty());
        }
        store.calls.operations();

        assertThat(due(tables, names.getFirst(), SOON, 4))
                .containsExactly(names.get(5), names.get(4), names.get(3), names.get(2));
        assertThat(store.calls.operations()).containsExactly("Query");
    }

    private static PartState state(CertificateTables tables, String part) {
        return ((PartsResult.Parts) tables.parts().look())
                .states().stream()
                        .filter(each -> each.part().equals(part))
                        .findFirst()
                        .orElseThrow();
    }

    private static PartLease claimed(CertificateTables tables, PartState seen, String owner) {
        return ((PartClaim.Claimed) tables.parts().claim(seen, owner)).lease();
    }

    @Test
    default void parts_allAreSeenInOneQuery() {
        StoreFixture store = store();
        CertificateTables tables = store.open("first");
        store.calls.operations();
        var parts = (PartsResult.Parts) tables.parts().look();
        assertThat(parts.states()).extracting(PartState::part).isEqualTo(PartLeases.PARTS);
        assertThat(parts.states()).noneMatch(PartState::held);
        assertThat(store.calls.operations()).containsExactly("Query");
    }

    @Test
    default void part_isClaimedByOneOfTwoWhoSawTheSame() {
        CertificateTables tables = store().open("first");
        PartState seen = state(tables, "05");
        PartLease lease = claimed(tables, seen, "a");
        assertThat(tables.parts().claim(seen, "b")).isEqualTo(new PartClaim.Raced());
        assertThat(state(tables, "05")).isEqualTo(new PartState("05", true, "a", 1, 0, Instant.EPOCH));

        PartState before = state(tables, "05");
        assertThat(tables.parts().renew(lease)).isTrue();
        assertThat(tables.parts().claim(before, "b")).isEqualTo(new PartClaim.Raced());
        PartLease taken = claimed(tables, state(tables, "05"), "b");
        assertThat(taken.token()).isEqualTo(2);
        assertThat(tables.parts().renew(lease)).isFalse();
        assertThat(tables.parts().release(lease, SOON)).isEqualTo(new StoreEffect.Done());
        assertThat(state(tables, "05").owner()).isEqualTo("b");

        tables.parts().release(taken, SOON);
        assertThat(state(tables, "05")).isEqualTo(new PartState("05", false, "b", 2, 0, SOON));
    }

    @Test
    default void claim_answerLost_isOurs() {
        StoreFixture store = store();
        CertificateTables tables = store.open("first");
        PartState seen = state(tables, "05");
        store.calls.loseNextAnswerTo("UpdateItem");
        assertThat(claimed(tables, seen, "a").token()).isEqualTo(1);
        PartState again = state(tables, "05");
        store.calls.loseNextAnswerTo("UpdateItem");
        assertThat(claimed(tables, again, "b").token()).isEqualTo(2);
    }
}
