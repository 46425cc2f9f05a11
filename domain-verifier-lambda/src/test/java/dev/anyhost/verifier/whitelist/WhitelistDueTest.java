package dev.anyhost.verifier.whitelist;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.domain.Hostname;
import dev.anyhost.domain.Policy;
import dev.anyhost.testkit.CountingDynamoDb;
import dev.anyhost.testkit.DynamoDbLocal;
import dev.anyhost.testkit.DynamoOperation;
import dev.anyhost.testkit.FakeClock;
import dev.anyhost.verifier.onboarding.Application;
import dev.anyhost.verifier.onboarding.CheckSchedule;
import dev.anyhost.verifier.onboarding.Domain;
import dev.anyhost.verifier.onboarding.DomainEvent;
import dev.anyhost.verifier.onboarding.DomainStatus;
import dev.anyhost.verifier.onboarding.Finding;
import dev.anyhost.verifier.onboarding.FindingCode;
import dev.anyhost.verifier.onboarding.Hindrance;
import dev.anyhost.verifier.onboarding.Removed;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What is due, changed, left and counted, against a real table. */
class WhitelistDueTest {

    private static final List<FindingCode> CODES = List.of(FindingCode.values());
    private static final DynamoDbLocal DYNAMO = DynamoDbLocal.start();
    private static final Hostname SHOP = hostname("shop.example");

    private final String table = "domains-" + UUID.randomUUID();
    private final FakeClock clock = FakeClock.at("2026-11-21T00:00:00Z");
    private final CountingDynamoDb dynamo = new CountingDynamoDb(DYNAMO.client());
    private final Whitelist whitelist = new Whitelist(dynamo, table, clock);

    @AfterAll
    static void stop() {
        DYNAMO.close();
    }

    @BeforeEach
    void open() {
        whitelist.check(true);
        dynamo.resetCalls();
    }

    @AfterEach
    void close() {
        whitelist.close();
    }

    private static Hostname hostname(String name) {
        return Hostname.parse(name).orElseThrow();
    }

    private static int shardOf(Hostname hostname) {
        return Math.floorMod(hostname.value().hashCode(), Whitelist.SHARDS);
    }

    private Domain add(Hostname hostname, DomainStatus status) {
        return ((AddResult.Added) whitelist.add(hostname, "acme", Optional.empty(), status)).domain();
    }

    private List<Hostname> dueForCheck() {
        return IntStream.range(0, Whitelist.SHARDS)
                .mapToObj(shard -> (DueResult.Due) whitelist.dueForCheck(shard, clock.instant(), 1_000))
                .flatMap(due -> due.hostnames().stream())
                .toList();
    }

    private List<Hostname> dueForDelivery() {
        return IntStream.range(0, Whitelist.SHARDS)
                .mapToObj(shard -> (DueResult.Due) whitelist.dueForDelivery(shard, clock.instant(), 1_000))
                .flatMap(due -> due.hostnames().stream())
                .toList();
    }

    @Test
    void dueForCheck_pageByPage_everyDueNameOnceLongestDueFirstAndNothingElse() {
        List<Hostname> ofOnePart = IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> hostname("h" + i + ".example"))
                .filter(name -> shardOf(name) == 7)
                .limit(25)
                .toList();
        for (Hostname name : ofOnePart) {
            add(name, DomainStatus.PENDING);
            clock.advance(Duration.ofSeconds(1));
        }
        add(hostname("blocked.example"), DomainStatus.BLOCKED);
        add(hostname("vouched.example"), DomainStatus.ACTIVE);
        Domain first = ((FindResult.Found) whitelist.findConsistent(ofOnePart.getFirst())).domain();
        var wrong = new Finding(FindingCode.NO_RECORDS, "");
        whitelist.update(first, first.checked(wrong, CheckSchedule.DEFAULT, clock.instant()));

        dynamo.resetCalls();
        List<Hostname> all = new ArrayList<>();
        Optional<DueResult.Position> after = Optional.empty();
        int pages = 0;
        do {
            var page = (DueResult.Due) whitelist.dueForCheck(new DuePage(7, clock.instant(), 10, after));
            assertThat(page.hostnames()).hasSizeLessThanOrEqualTo(10);
            all.addAll(page.hostnames());
            after = page.next();
            pages++;
        } while (after.isPresent());
        assertThat(all).containsExactlyElementsOf(ofOnePart.subList(1, 25));
        assertThat(pages).isEqualTo(3);
        assertThat(dynamo.calls(DynamoOperation.QUERY)).isEqualTo(3);
        assertThat(dynamo.calls()).isEqualTo(3);
        assertThat(dueForCheck()).containsExactlyInAnyOrderElementsOf(ofOnePart.subList(1, 25));
    }

    @Test
    void due_onlyWhenItsTimeHasCome() {
        add(SHOP, DomainStatus.PENDING);
        assertThat(dueForCheck()).containsExactly(SHOP);
        clock.setWallClock(clock.instant().minusSeconds(1));
        assertThat(dueForCheck()).isEmpty();
        assertThat(dueForDelivery()).isEmpty();
    }

    @Test
    void removedName_isDueForDeliveryAndNotForChecks() {
        add(SHOP, DomainStatus.PENDING);
        whitelist.remove(SHOP);
        assertThat(dueForCheck()).isEmpty();
        assertThat(dueForDelivery()).containsExactly(SHOP);
        Removed left = ((FindResult.Left) whitelist.findConsistent(SHOP)).removed();
        assertThat(left.outbox().events())
                .extracting(DomainEvent::type)
                .containsExactly(DomainEvent.Type.CREATED, DomainEvent.Type.REMOVED);
        assertThat(whitelist.update(left, left.delivered(left.outbox().emptied())))
                .isEqualTo(new UpdateResult.Updated());
        assertThat(dueForDelivery()).isEmpty();
    }

    @Test
    void update_ofAnOldVersion_isRefusedAndLeavesWhatIsThere() {
        Domain one = add(SHOP, DomainStatus.PENDING);
        Domain two = one.changed(Optional.of(URI.create("https://two.example")), Policy.DEFAULT, clock.instant());
        assertThat(whitelist.update(one, two)).isEqualTo(new UpdateResult.Updated());
        assertThat(whitelist.update(one, one.blocked(true, clock.instant()))).isEqualTo(new UpdateResult.Changed());
        assertThat(whitelist.update(one, one.removed(clock.instant()))).isEqualTo(new UpdateResult.Changed());
        assertThat(whitelist.findConsistent(SHOP)).isEqualTo(new FindResult.Found(two));
    }

    @Test
    void update_whoseAnswerIsLostAndThatIsRepeated_isOurs() {
        Domain one = add(SHOP, DomainStatus.PENDING);
        dynamo.repeatNext(DynamoOperation.PUT_ITEM);
        assertThat(whitelist.update(one, one.blocked(true, clock.instant()))).isEqualTo(new UpdateResult.Updated());
        dynamo.loseNextAnswer(DynamoOperation.PUT_ITEM);
        Domain blocked = ((FindResult.Found) whitelist.findConsistent(SHOP)).domain();
        assertThat(whitelist.update(blocked, blocked.blocked(false, clock.instant())))
                .isInstanceOf(UpdateResult.Unreachable.class);
    }

    /** Every attribute there and back: random lives, each state read as it was written. */
    @Test
    void everyStateOfADomain_isReadAsItWasWritten() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        Set<DomainStatus> seen = new HashSet<>();
        Domain domain = add(SHOP, DomainStatus.PENDING);
        for (int step = 0; step < 400; step++) {
            clock.advance(Duration.ofSeconds(random.nextInt(200_000)));
            Domain next = next(domain, random);
            if (!next.equals(domain)) {
                assertThat(whitelist.update(domain, next)).as("seed %s", seed).isEqualTo(new UpdateResult.Updated());
                assertThat(whitelist.findConsistent(SHOP)).as("seed %s", seed).isEqualTo(new FindResult.Found(next));
            }
            seen.add(next.status());
            domain = next;
        }
        assertThat(seen).contains(DomainStatus.PENDING, DomainStatus.ACTIVE, DomainStatus.BLOCKED);
    }

    private Domain next(Domain domain, Random random) {
        Instant now = clock.instant();
        return switch (random.nextInt(7)) {
            case 0 -> domain.blocked(random.nextInt(3) == 0, now);
            case 1 ->
                domain.changed(
                        random.nextBoolean() ? Optional.of(URI.create("https://origin.example")) : Optional.empty(),
                        new Policy(
                                random.nextBoolean() ? Optional.of(random.nextBoolean()) : Optional.empty(),
                                random.nextBoolean(),
                                random.nextBoolean() ? Optional.of(Duration.ofDays(30)) : Optional.empty()),
                        now);
            case 2 -> domain.certified(UUID.randomUUID().toString(), certificate(random), now, hindrance(random));
            case 3 -> domain.delivered(domain.outbox().withoutFirst(now));
            case 4 ->
                domain.outbox().events().isEmpty()
                        ? domain
                        : domain.delivered(domain.outbox().tryAgainAt(now.plusSeconds(60)));
            default -> {
                FindingCode code = CODES.get(random.nextInt(CODES.size()));
                yield domain.checked(new Finding(code, "message of " + code), CheckSchedule.DEFAULT, now);
            }
        };
    }

    private static Optional<Hindrance> hindrance(Random random) {
        return random.nextBoolean()
                ? Optional.of(new Hindrance(new Finding(FindingCode.STALE_AAAA, "mend it"), random.nextBoolean()))
                : Optional.empty();
    }

    private static DomainEvent.Type certificate(Random random) {
        return random.nextBoolean() ? DomainEvent.Type.CERTIFICATE_FAILED : DomainEvent.Type.CERTIFICATE_ISSUED;
    }

    @Test
    void tombstone_keepsTheQuarantineTheVersionAndTheEvents_andExpires() {
        Domain acmes = add(SHOP, DomainStatus.PENDING);
        whitelist.remove(SHOP);
        Map<String, AttributeValue> row = dynamo.getItem(request ->
                        request.tableName(table).key(Map.of("hostname", AttributeValue.fromS("shop.example"))))
                .item();
        long expires = clock.instant().plus(Duration.ofDays(30)).getEpochSecond();
        assertThat(row).containsEntry("expires", AttributeValue.fromN(Long.toString(expires)));
        assertThat(row).doesNotContainKeys("shard", "tenant", "check_shard", "next_check", "token");

        var application = new Application(SHOP, "rival", Optional.empty(), Policy.DEFAULT);
        Domain rivals = ((AddResult.Added) whitelist.add(application, DomainStatus.PENDING)).domain();
        assertThat(rivals.registration().proof().required()).isTrue();
        assertThat(rivals.registration().proof().token())
                .isNotEqualTo(acmes.registration().proof().token());
        assertThat(rivals.version()).isEqualTo(3);
        assertThat(rivals.outbox().events()).extracting(DomainEvent::tenant).containsExactly("acme", "acme", "rival");
        assertThat(whitelist.findConsistent(SHOP)).isEqualTo(new FindResult.Found(rivals));
    }

    @Test
    void operatorsBlock_outlivesTheTenantsRemovalOfTheName() {
        Domain domain = add(SHOP, DomainStatus.PENDING);
        whitelist.update(domain, domain.blocked(true, clock.instant()));
        whitelist.remove(SHOP);
        assertThat(add(SHOP, DomainStatus.PENDING).status()).isEqualTo(DomainStatus.BLOCKED);
        whitelist.remove(SHOP);
        assertThat(add(SHOP, DomainStatus.ACTIVE).status()).isEqualTo(DomainStatus.ACTIVE);
    }

    @Test
    void expiredTombstoneThatIsStillThere_meansNothing() {
        Domain domain = add(SHOP, DomainStatus.PENDING);
        whitelist.update(domain, domain.blocked(true, clock.instant()));
        whitelist.remove(SHOP);
        clock.advance(Duration.ofDays(30));
        var application = new Application(SHOP, "rival", Optional.empty(), Policy.DEFAULT);
        Domain rivals = ((AddResult.Added) whitelist.add(application, DomainStatus.PENDING)).domain();
        assertThat(rivals.registration().proof().required()).isFalse();
        assertThat(rivals.status()).isEqualTo(DomainStatus.PENDING);
    }

    @Test
    void tenantsAndCursor_areNobodysHostnames() {
        whitelist.tenants().take("acme", 5);
        whitelist.move(whitelist.cursor().orElseThrow(), clock.instant(), Set.of("a"));
        assertThat(whitelist.list(Optional.empty(), 10, Optional.empty()))
                .isEqualTo(new ListResult.Page(List.of(), List.of(), Optional.empty()));
        assertThat(Stream.concat(dueForCheck().stream(), dueForDelivery().stream()))
                .isEmpty();
    }

    @Test
    void cursor_isMovedByOneOfTwo() {
        Cursor start = whitelist.cursor().orElseThrow();
        assertThat(start.at()).isEmpty();
        assertThat(whitelist.move(start, clock.instant(), Set.of("a", "b"))).isTrue();
        assertThat(whitelist.move(start, clock.instant().plusSeconds(9), Set.of()))
                .isFalse();
        Cursor moved = whitelist.cursor().orElseThrow();
        assertThat(moved.at()).contains(clock.instant());
        assertThat(moved.seen()).containsExactlyInAnyOrder("a", "b");
        assertThat(whitelist.move(moved, clock.instant().plusSeconds(9), Set.of()))
                .isTrue();
        assertThat(whitelist.cursor().orElseThrow().seen()).isEmpty();
    }

    @Test
    void tableAway_isSaidByAll() {
        Cursor start = whitelist.cursor().orElseThrow();
        dynamo.becomeUnreachable();
        assertThat(whitelist.dueForCheck(0, clock.instant(), 1)).isInstanceOf(DueResult.Unreachable.class);
        assertThat(whitelist.dueForDelivery(0, clock.instant(), 1)).isInstanceOf(DueResult.Unreachable.class);
        assertThat(whitelist.tenants().find("acme")).isInstanceOf(Tenants.Result.Unreachable.class);
        assertThat(whitelist.tenants().take("acme", 1)).isInstanceOf(Tenants.Result.Unreachable.class);
        assertThat(whitelist.cursor()).isEmpty();
        assertThat(whitelist.move(start, clock.instant(), Set.of())).isFalse();
    }
}
