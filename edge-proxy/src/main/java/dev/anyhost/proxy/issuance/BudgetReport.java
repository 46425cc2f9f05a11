package dev.anyhost.proxy.issuance;

import dev.anyhost.store.IssuerPauses;
import dev.anyhost.store.OrderBudgets;
import dev.anyhost.store.OrderBudgets.BucketState;
import dev.anyhost.store.PauseResult;
import dev.anyhost.store.StoreEffect;
import dev.anyhost.store.TokenLimit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * What one authority lets us order now, for operators.
 *
 * @param directory the directory URL
 * @param pause its own word that it wants no orders
 * @param lines the account's orders first, then of each other limit what has the least left
 */
public record BudgetReport(String directory, Optional<PauseResult.Paused> pause, List<Line> lines) {

    /**
     * One bucket.
     *
     * @param bucket such as {@code orders} or {@code domain#example.com}
     * @param left tokens that may be taken now
     * @param nextAt when there is one more
     * @param fullAt when they are all back
     */
    public record Line(String bucket, TokenLimit limit, int left, Instant nextAt, Instant fullAt) {

        private static Line of(BucketState state, TokenLimit limit, Instant now) {
            int left = limit.left(state.fullAt(), now);
            Instant fullAt = state.fullAt().isBefore(now) ? now : state.fullAt();
            int more = Math.min(left + 1, limit.capacity());
            return new Line(state.bucket(), limit, left, limit.availableAt(fullAt, now, 0, more), fullAt);
        }
    }

    /** How it ended. */
    public sealed interface Result {

        record Read(BudgetReport report) implements Result {}

        record Unreachable(String reason) implements Result {}
    }

    /**
     * What becomes of orders that are yet to come.
     *
     * @param atOnce how many of them may be made now
     * @param lastAt when the last may be made, if nobody else orders
     */
    public record Forecast(int atOnce, Instant lastAt) {}

    /**
     * Reads it: one call for every 10,000 buckets in use.
     *
     * @param most how many lines to give for each limit
     */
    public static Result read(AcmeSettings acme, OrderBudgets budgets, IssuerPauses pauses, Instant now, int most) {
        String directory = acme.directory().toString();
        List<Line> lines = new ArrayList<>();
        for (Row row : rows(acme.limits())) {
            var least = new PriorityQueue<Line>(Comparator.comparingInt(Line::left)
                    .thenComparing(Line::bucket)
                    .reversed());
            StoreEffect effect = budgets.list(directory, row.prefix(), state -> {
                least.add(Line.of(state, row.limit(), now));
                if (least.size() > most) {
                    least.remove();
                }
            });
            if (effect instanceof StoreEffect.Unreachable(String reason)) {
                return new Result.Unreachable(reason);
            }
            if (least.isEmpty() && row.prefix().equals(OrderBudgets.ORDERS)) {
                least.add(Line.of(new BucketState(OrderBudgets.ORDERS, now), row.limit(), now));
            }
            lines.addAll(least.stream()
                    .sorted(Comparator.comparingInt(Line::left).thenComparing(Line::bucket))
                    .toList());
        }
        return switch (pauses.look(directory)) {
            case PauseResult.Open() -> new Result.Read(new BudgetReport(directory, Optional.empty(), lines));
            case PauseResult.Paused paused -> new Result.Read(new BudgetReport(directory, Optional.of(paused), lines));
            case PauseResult.Unreachable(String reason) -> new Result.Unreachable(reason);
        };
    }

    private record Row(String prefix, TokenLimit limit) {}

    private static List<Row> rows(OrderLimits limits) {
        List<Row> rows = new ArrayList<>();
        limits.orders().ifPresent(limit -> rows.add(new Row(OrderBudgets.ORDERS, limit)));
        limits.domain().ifPresent(limit -> rows.add(new Row(OrderBudgets.domain(""), limit)));
        limits.names().ifPresent(limit -> rows.add(new Row(AuthorityBudget.NAMES, limit)));
        limits.failures().ifPresent(limit -> rows.add(new Row(AuthorityBudget.FAILURES, limit)));
        limits.consecutiveFailures().ifPresent(limit -> rows.add(new Row(AuthorityBudget.CONSECUTIVE, limit)));
        return rows;
    }

    /**
     * If visitors of so many new hostnames came now, each of a registered domain of its own: only the account's limit
     * and a pause are in their way.
     *
     * @param count from 1
     */
    public Forecast newDomains(int count, Instant now) {
        Instant open =
                pause.map(PauseResult.Paused::until).filter(now::isBefore).orElse(now);
        Optional<Line> orders = lines.stream()
                .filter(line -> line.bucket().equals(OrderBudgets.ORDERS))
                .findFirst();
        if (orders.isEmpty()) {
            return new Forecast(open.equals(now) ? count : 0, open);
        }
        TokenLimit limit = orders.get().limit();
        int leaving = Urgency.SOMEBODY_WAITS.leaving(limit);
        int atOnce = open.equals(now) ? Math.clamp(orders.get().left() - leaving, 0, count) : 0;
        return new Forecast(atOnce, limit.availableAt(orders.get().fullAt(), open, leaving, count));
    }
}
