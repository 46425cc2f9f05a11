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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What is due for renewal, and who looks after which part. */
interface UpkeepContract extends StoreContract {

    Hostname DUE = hostname("due.example.com");
    Hostname FORMER = hostname("former.example.com");
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

        assertThat(tables.certificates().schedule(CertificateFacts.of(stored), SOON, Optional.of(WINDOW)))
                .isEqualTo(new StoreEffect.Done());
        assertThat(found(tables, DUE).upkeep())
                .isEqualTo(new Upkeep(SOON, stored.upkeep().used(), Optional.of(WINDOW)));
        assertThat(due(tables, DUE, SOON.minusSeconds(1), 10)).isEmpty();
        assertThat(due(tables, DUE, SOON, 10)).containsExactly(DUE);

        tables.certificates().schedule(CertificateFacts.of(stored), SOON, Optional.empty());
        assertThat(found(tables, DUE).upkeep().window()).isEmpty();
    }

    @Test
    default void scheduleOfAFormerVersion_changesNothing() {
        CertificateTables tables = store().open("first");
        StoredCertificate stored = stored(tables, DUE);

        Lease lease = ((ClaimResult.Claimed) tables.leases().claim(FORMER, "proxy-1")).lease();
        tables.certificates().put(certificate(FORMER), 0, lease);
        StoredCertificate former = found(tables, FORMER);
        tables.certificates().put(certificate(FORMER), 1, lease);
        StoredCertificate next = found(tables, FORMER);

        assertThat(tables.certificates().schedule(CertificateFacts.of(former), SOON, Optional.empty()))
                .isEqualTo(new StoreEffect.Done());
        assertThat(tables.certificates().postpone(FORMER, 1, SOON)).isEqualTo(new StoreEffect.Done());
        assertThat(tables.certificates().postpone(hostname("absent.example.com"), 1, SOON))
                .isEqualTo(new StoreEffect.Done());
        assertThat(found(tables, FORMER)).isEqualTo(next);
        assertThat(found(tables, DUE)).isEqualTo(stored);
    }

    private static CertificateSummary listed(CertificateTables tables, Hostname hostname) {
        List<CertificateSummary> lines = new ArrayList<>();
        tables.certificates().list(lines::add);
        return lines.stream()
                .filter(line -> line.hostname().equals(hostname))
                .findFirst()
                .orElseThrow();
    }

    @Test
    default void wish_isDueThenAtTheLatestAndGoneWithTheNextVersion() {
        CertificateTables tables = store().open("first");
        StoredCertificate stored = stored(tables, DUE);
        tables.certificates().schedule(CertificateFacts.of(stored), SOON.plusSeconds(9), Optional.of(WINDOW));
        CertificateSummary line = listed(tables, DUE);

        assertThat(tables.certificates().renewFrom(line, SOON, SOON)).isEqualTo(new WishResult.Noted());
        assertThat(found(tables, DUE).upkeep())
                .isEqualTo(new Upkeep(SOON, stored.upkeep().used(), Optional.of(WINDOW), Optional.of(SOON)));
        tables.certificates().renewFrom(line, SOON.plusSeconds(3), SOON);
        assertThat(found(tables, DUE).upkeep().due()).isEqualTo(SOON);
        assertThat(found(tables, DUE).upkeep().renewAt()).contains(SOON.plusSeconds(3));

        Lease lease = ((ClaimResult.Claimed) tables.leases().claim(FORMER, "proxy-1")).lease();
        tables.certificates().put(certificate(FORMER), 0, lease);
        tables.certificates().renewFrom(listed(tables, FORMER), SOON, SOON);
        tables.certificates().put(certificate(FORMER), 1, lease);
        assertThat(found(tables, FORMER).upkeep().renewAt()).isEmpty();
    }

    @Test
    default void wishForWhatIsRenewedOrYoungEnough_changesNothing() {
        CertificateTables tables = store().open("first");
        StoredCertificate stored = stored(tables, DUE);
        CertificateSummary line = listed(tables, DUE);

        assertThat(tables.certificates().renewFrom(line, SOON, stored.notBefore()))
                .isEqualTo(new WishResult.Superseded());
        assertThat(tables.certificates().renewFrom(new CertificateSummary(DUE, line.due(), SOON, "", 2), SOON, SOON))
                .isEqualTo(new WishResult.Superseded());
        assertThat(tables.certificates().renewFrom(new CertificateSummary(FORMER, line.due(), SOON, "", 1), SOON, SOON))
                .isEqualTo(new WishResult.Superseded());
        assertThat(found(tables, DUE)).isEqualTo(stored);
    }

    @Test
    default void wishWhileItIsLookedAfter_staysDue() {
        CertificateTables tables = store().open("first");
        StoredCertificate looked = stored(tables, DUE);
        CertificateSummary line = listed(tables, DUE);
        Instant early = looked.notBefore();

        tables.certificates().renewFrom(line, early, SOON);
        assertThat(tables.certificates().schedule(CertificateFacts.of(looked), SOON, Optional.empty()))
                .isEqualTo(new StoreEffect.Done());
        assertThat(found(tables, DUE).upkeep().due()).isEqualTo(early);

        StoredCertificate again = found(tables, DUE);
        tables.certificates().schedule(CertificateFacts.of(again), SOON, Optional.empty());
        assertThat(found(tables, DUE).upkeep())
                .isEqualTo(new Upkeep(SOON, looked.upkeep().used(), Optional.empty(), Optional.of(early)));
        assertThat(tables.certificates().renewFrom(line, early, SOON)).isEqualTo(new WishResult.Noted());
        assertThat(found(tables, DUE).upkeep().due()).isEqualTo(early);
    }

    @Test
    default void wish_answerLost_isNoted() {
        StoreFixture store = store();
        CertificateTables tables = store.open("first");
        StoredCertificate stored = stored(tables, DUE);
        tables.certificates().schedule(CertificateFacts.of(stored), SOON.plusSeconds(9), Optional.empty());
        CertificateSummary line = listed(tables, DUE);
        store.calls.loseNextAnswerTo("UpdateItem");
        assertThat(tables.certificates().renewFrom(line, SOON, SOON)).isEqualTo(new WishResult.Noted());
        assertThat(found(tables, DUE).upkeep().renewAt()).contains(SOON);
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

    /** An item of the release before renewals: what it hasn't is a default, and what is written on it later is kept. */
    @Test
    default void itemOfAnEarlierRelease_isServedAndLookedAfterAtOnce() {
        StoreFixture store = store();
        CertificateTables tables = store.open("first");
        StoredCertificate stored = stored(tables, DUE);
        Map<String, AttributeValue> item = store.item(DUE.value());
        List.of("used_at", "ari", "renew_at").forEach(item::remove);
        store.replaceItem(item);

        assertThat(found(tables, DUE).upkeep())
                .isEqualTo(new Upkeep(stored.notBefore(), stored.notBefore(), Optional.empty(), Optional.empty()));
        assertThat(listed(tables, DUE).due()).isEqualTo(stored.notBefore());
        assertThat(due(tables, DUE, stored.notBefore(), 10)).containsExactly(DUE);
        assertThat(tables.traffic().find(List.of(DUE))).isEqualTo(new HostTraffic.TrafficResult.Known(Map.of()));
        tables.certificates().schedule(CertificateFacts.of(found(tables, DUE)), SOON, Optional.of(WINDOW));
        tables.certificates().recordUse(DUE, SOON);
        tables.certificates().renewFrom(listed(tables, DUE), SOON, SOON);
        assertThat(found(tables, DUE).upkeep())
                .isEqualTo(new Upkeep(SOON, SOON, Optional.of(WINDOW), Optional.of(SOON)));
    }

    /** An item without a due time isn't in the index; its next version is. */
    @Test
    default void itemWithoutDueTime_isServedAndItsNextVersionIsLookedAfter() {
        StoreFixture store = store();
        CertificateTables tables = store.open("first");
        Lease lease = ((ClaimResult.Claimed) tables.leases().claim(DUE, "proxy-1")).lease();
        tables.certificates().put(certificate(DUE), 0, lease);
        Map<String, AttributeValue> item = store.item(DUE.value());
        List.of("due_at", "shard").forEach(item::remove);
        store.replaceItem(item);

        StoredCertificate found = found(tables, DUE);
        assertThat(found.upkeep().due()).isEqualTo(found.notBefore());
        assertThat(due(tables, DUE, SOON, 10)).isEmpty();
        assertThat(tables.certificates().put(certificate(DUE), 1, lease)).isEqualTo(new WriteResult.Written(2));
        assertThat(due(tables, DUE, SOON, 10)).containsExactly(DUE);
    }

    /** A later release's attributes: read past by this one, and not touched by what it writes beside them. */
    @Test
    default void attributesOfALaterRelease_stayWhereOnlyUpkeepIsWritten() {
        StoreFixture store = store();
        CertificateTables tables = store.open("first");
        StoredCertificate stored = stored(tables, DUE);
        Map<String, AttributeValue> item = store.item(DUE.value());
        item.put("of_a_later_release", AttributeValue.fromS("x"));
        store.replaceItem(item);

        assertThat(found(tables, DUE)).isEqualTo(stored);
        tables.certificates().schedule(CertificateFacts.of(stored), SOON, Optional.of(WINDOW));
        tables.certificates().recordUse(DUE, SOON);
        tables.certificates().recordVerdict(DUE, LastVerdict.UNKNOWN);
        tables.certificates().renewFrom(listed(tables, DUE), SOON, SOON);
        assertThat(store.item(DUE.value())).containsEntry("of_a_later_release", AttributeValue.fromS("x"));

        Lease lease = ((ClaimResult.Claimed) tables.leases().claim(FORMER, "proxy-1")).lease();
        tables.certificates().put(certificate(FORMER), 0, lease);
        assertThat(store.item(FORMER.value())).doesNotContainKey("renew_at");
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
            tables.certificates().postpone(names.get(i), 1, SOON.minusSeconds(i));
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
