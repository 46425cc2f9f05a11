package dev.anyhost.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Measured values of one thing in one unit, and what is said of them. */
final class Samples {

    private final List<Double> values = Collections.synchronizedList(new ArrayList<>());

    Samples add(double value) {
        values.add(value);
        return this;
    }

    int count() {
        return values.size();
    }

    /** The middle one; of an even number the mean of the two in the middle. NaN without values. */
    double median() {
        List<Double> sorted = sorted();
        if (sorted.isEmpty()) {
            return Double.NaN;
        }
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /**
     * The smallest value that {@code percent} of all values don't exceed (nearest rank). NaN without values.
     *
     * @param percent over 0, at most 100
     */
    double percentile(double percent) {
        List<Double> sorted = sorted();
        if (sorted.isEmpty()) {
            return Double.NaN;
        }
        int rank = (int) Math.ceil(percent / 100 * sorted.size());
        return sorted.get(Math.max(rank, 1) - 1);
    }

    double max() {
        return percentile(100);
    }

    /** This one's values over the other's, round by round: noise that a round's two halves share falls out. */
    Samples over(Samples other) {
        List<Double> mine = copy();
        List<Double> others = other.copy();
        if (mine.size() != others.size()) {
            throw new IllegalArgumentException("rounds: " + mine.size() + " (expected: " + others.size() + ")");
        }
        Samples ratios = new Samples();
        for (int round = 0; round < mine.size(); round++) {
            ratios.add(mine.get(round) / others.get(round));
        }
        return ratios;
    }

    private List<Double> sorted() {
        return copy().stream().sorted().toList();
    }

    private List<Double> copy() {
        synchronized (values) {
            return List.copyOf(values);
        }
    }
}
