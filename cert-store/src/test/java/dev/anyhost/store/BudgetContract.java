package dev.anyhost.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.anyhost.store.OrderBudgets.BucketState;
import dev.anyhost.store.OrderBudgets.Draw;
import dev.anyhost.store.OrderBudgets.DrawResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Token buckets that all instances take from. */
interface BudgetContract extends StoreContract {

    String ISSUER = "https://ca.test/directory";
    TokenLimit THREE = TokenLimit.of(3, Duration.ofMinutes(30));

    private static Draw orders(int leaving) {
        return new Draw(OrderBudgets.ORDERS, THREE, leaving, true);
    }

    private static Draw domain(String domain) {
        return new Draw(OrderBudgets.domain(domain), TokenLimit.of(2, Duration.ofHours(2)), 0, true);
    }

    private static List<BucketState> buckets(OrderBudgets budgets, String prefix) {
        List<BucketState> states = new ArrayList<>();
        assertThat(budgets.list(ISSUER, prefix, states::add)).isEqualTo(new StoreEffect.Done());
        return states;
    }

    @Test
    default void bucket_givesItsCapacityAtOnceAndThenOneEachRefill() {
        StoreFixture store = store();
        OrderBudgets one = store.open("first").budgets();
        OrderBudgets other = store.open("first").budgets();
        Instant start = store.time.instant();

        assertThat(one.draw(ISSUER, List.of(orders(0)))).isEqualTo(new DrawResult.Drawn());
        assertThat(other.draw(ISSUER, List.of(orders(0)))).isEqualTo(new DrawResult.Drawn());
        assertThat(one.draw(ISSUER, List.of(orders(0)))).isEqualTo(new DrawResult.Drawn());
        assertThat(other.draw(ISSUER, List.of(orders(0))))
                .isEqualTo(new DrawResult.Spent(OrderBudgets.ORDERS, start.plus(Duration.ofMinutes(10))));

        store.time.advance(Duration.ofMinutes(10));
        assertThat(other.draw(ISSUER, List.of(orders(0)))).isEqualTo(new DrawResult.Drawn());
        assertThat(one.draw(ISSUER, List.of(orders(0)))).isInstanceOf(DrawResult.Spent.class);
        store.time.advance(Duration.ofDays(1));
        assertThat(THREE.left(buckets(one, OrderBudgets.ORDERS).getFirst().fullAt(), store.time.instant()))
                .isEqualTo(3);
    }

    @Test
    default void bucketOfAnotherIssuer_isAnother() {
        OrderBudgets budgets = store().open("first").budgets();
        IntStream.range(0, 3).forEach(_ -> budgets.draw(ISSUER, List.of(orders(0))));

        assertThat(budgets.draw("https://other.test/directory", List.of(orders(0))))
                .isEqualTo(new DrawResult.Drawn());
    }

    @Test
    default void reserve_isLeftToThoseWhoMayTakeIt() {
        OrderBudgets budgets = store().open("first").budgets();

        assertThat(budgets.draw(ISSUER, List.of(orders(2)))).isEqualTo(new DrawResult.Drawn());
        assertThat(budgets.draw(ISSUER, List.of(orders(2)))).isInstanceOf(DrawResult.Spent.class);
        assertThat(budgets.draw(ISSUER, List.of(orders(1)))).isEqualTo(new DrawResult.Drawn());
        assertThat(budgets.draw(ISSUER, List.of(orders(1)))).isInstanceOf(DrawResult.Spent.class);
        assertThat(budgets.draw(ISSUER, List.of(orders(0)))).isEqualTo(new DrawResult.Drawn());
    }

    @Test
    default void twoBuckets_areTakenFromTogetherOrNotAtAll() {
        StoreFixture store = store();
        OrderBudgets budgets = store.open("first").budgets();
        IntStream.range(0, 2).forEach(_ -> budgets.draw(ISSUER, List.of(domain("example.com"))));

        assertThat(budgets.draw(ISSUER, List.of(orders(0), domain("example.com"))))
                .isEqualTo(new DrawResult.Spent(
                        "domain#example.com", store.time.instant().plus(Duration.ofHours(1))));
        assertThat(buckets(budgets, OrderBudgets.ORDERS)).isEmpty();
        assertThat(budgets.draw(ISSUER, List.of(orders(0), domain("example.org"))))
                .isEqualTo(new DrawResult.Drawn());
        assertThat(buckets(budgets, "domain#"))
                .extracting(BucketState::bucket)
                .containsExactly("domain#example.com", "domain#example.org");
    }

    @Test
    default void look_takesNothing() {
        OrderBudgets budgets = store().open("first").budgets();
        var look = new Draw("failures", TokenLimit.of(1, Duration.ofHours(1)), 0, false);

        assertThat(budgets.draw(ISSUER, List.of(look, orders(0)))).isEqualTo(new DrawResult.Drawn());
        assertThat(budgets.draw(ISSUER, List.of(look, orders(0)))).isEqualTo(new DrawResult.Drawn());
        budgets.charge(ISSUER, List.of(new Draw("failures", look.limit(), 0, true)));
        assertThat(budgets.draw(ISSUER, List.of(look, orders(0)))).isInstanceOf(DrawResult.Spent.class);
    }

    @Test
    default void charge_countsBeyondWhatThereIs() {
        StoreFixture store = store();
        OrderBudgets budgets = store.open("first").budgets();
        IntStream.range(0, 5)
                .forEach(_ ->
                        assertThat(budgets.charge(ISSUER, List.of(orders(0)))).isEqualTo(new StoreEffect.Done()));

        assertThat(budgets.draw(ISSUER, List.of(orders(0))))
                .isEqualTo(new DrawResult.Spent(
                        OrderBudgets.ORDERS, store.time.instant().plus(Duration.ofMinutes(30))));
    }

    @Test
    default void whatIsGivenBack_mayBeTakenAgain() {
        OrderBudgets budgets = store().open("first").budgets();
        IntStream.range(0, 3).forEach(_ -> budgets.draw(ISSUER, List.of(orders(0), domain("a.example"))));

        assertThat(budgets.giveBack(ISSUER, List.of(orders(0), domain("a.example"))))
                .isEqualTo(new StoreEffect.Done());
        assertThat(budgets.draw(ISSUER, List.of(orders(0)))).isEqualTo(new DrawResult.Drawn());
    }

    @Test
    default void pausedIssuer_givesNothing() {
        StoreFixture store = store();
        OrderBudgets budgets = store.open("first").budgets();
        Instant until = store.time.instant().plus(Duration.ofHours(1));
        store.open("first").pauses().pause(ISSUER, until, "too many");

        assertThat(budgets.draw(ISSUER, List.of(orders(0)))).isEqualTo(new DrawResult.Paused(until, "too many"));
        store.time.advance(Duration.ofHours(1));
        assertThat(budgets.draw(ISSUER, List.of(orders(0)))).isEqualTo(new DrawResult.Drawn());
    }

    @Test
    default void tokenFromBucketsInUse_isOneCall() {
        StoreFixture store = store();
        OrderBudgets budgets = store.open("first").budgets();
        budgets.draw(ISSUER, List.of(orders(0), domain("a.example")));
        store.calls.operations();

        assertThat(budgets.draw(ISSUER, List.of(orders(0), domain("b.example"))))
                .isEqualTo(new DrawResult.Drawn());
        assertThat(store.calls.operations()).containsExactly("TransactWriteItems");
    }

    @Test
    default void tokenWhoseAnswerGotLost_isTakenOnce() {
        StoreFixture store = store();
        OrderBudgets budgets = store.open("first").budgets();
        store.calls.loseNextAnswerTo("TransactWriteItems");

        assertThat(budgets.draw(ISSUER, List.of(orders(0)))).isEqualTo(new DrawResult.Drawn());
        assertThat(THREE.left(buckets(budgets, OrderBudgets.ORDERS).getFirst().fullAt(), store.time.instant()))
                .isEqualTo(2);
    }

    @Test
    default void racers_takeNoMoreThanThereIs() {
        StoreFixture store = store();
        List<OrderBudgets> instances = IntStream.range(0, 8)
                .mapToObj(_ -> store.open("first").budgets())
                .toList();

        List<DrawResult> results = Racers.race(8, racer -> instances.get(racer).draw(ISSUER, List.of(orders(0))));
        assertThat(results).filteredOn(new DrawResult.Drawn()::equals).hasSize(3);
        assertThat(results).filteredOn(DrawResult.Spent.class::isInstance).hasSize(5);
    }
}
