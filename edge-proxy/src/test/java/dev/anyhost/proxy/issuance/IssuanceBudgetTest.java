package dev.anyhost.proxy.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class IssuanceBudgetTest {

    @Test
    void budget_isGivenOutAndBack() throws Exception {
        var budget = new IssuanceBudget(2);
        IssuanceBudget.Token first = budget.tryTake(Duration.ZERO).orElseThrow();
        assertThat(budget.tryTake(Duration.ZERO)).isPresent();

        assertThat(budget.tryTake(Duration.ZERO)).isEmpty();
        first.close();
        assertThat(budget.tryTake(Duration.ZERO)).isPresent();
    }

    @Test
    void spare_isWhatLeavesHalfOfThePlacesFree() throws Exception {
        var budget = new IssuanceBudget(5);
        for (int i = 0; i < 3; i++) {
            assertThat(budget.hasSpare()).isTrue();
            assertThat(budget.tryTakeSpare()).isPresent();
        }
        assertThat(budget.hasSpare()).isFalse();
        assertThat(budget.tryTakeSpare()).isEmpty();
        assertThat(budget.tryTake(Duration.ZERO)).isPresent();
        IssuanceBudget.Token last = budget.tryTake(Duration.ZERO).orElseThrow();
        assertThat(budget.tryTake(Duration.ZERO)).isEmpty();
        last.close();
        assertThat(budget.tryTakeSpare()).isEmpty();
    }

    /** One that looks must not hide a place from another who looks at the same time. */
    @Test
    void whatIsToSpare_isFoundByAllWhoComeTogether() throws Exception {
        try (var together = Executors.newFixedThreadPool(5)) {
            for (int round = 0; round < 2_000; round++) {
                var budget = new IssuanceBudget(10);
                var barrier = new CyclicBarrier(5);
                Callable<Boolean> take = () -> {
                    barrier.await();
                    return budget.tryTakeSpare().isPresent();
                };
                assertThat(together.invokeAll(Collections.nCopies(5, take))).allMatch(Future::resultNow);
                assertThat(budget.hasSpare()).isFalse();
            }
        }
    }

    @Test
    void onlyPlace_isToSpareWhileNobodyHasIt() {
        var budget = new IssuanceBudget(1);
        try (var _ = budget.tryTakeSpare().orElseThrow()) {
            assertThat(budget.tryTakeSpare()).isEmpty();
        }
        assertThat(budget.hasSpare()).isTrue();
    }

    @Test
    void closingTwice_givesBackOnce() throws Exception {
        var budget = new IssuanceBudget(1);
        IssuanceBudget.Token token = budget.tryTake(Duration.ZERO).orElseThrow();
        token.close();
        token.close();

        assertThat(budget.tryTake(Duration.ZERO)).isPresent();
        assertThat(budget.tryTake(Duration.ZERO)).isEmpty();
    }
}
