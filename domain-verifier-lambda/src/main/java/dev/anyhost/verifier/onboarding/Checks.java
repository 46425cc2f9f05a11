package dev.anyhost.verifier.onboarding;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the checks of a hostname have found so far.
 *
 * @param last the last finding; empty before the first check
 * @param timeline the last {@link #LONGEST} runs of equal findings, oldest first
 * @param tries checks since the status last changed, or since somebody asked for one
 * @param wrong checks in a row that found something wrong; those that couldn't ask don't count
 * @param wrongSince when the first of them was
 * @param next when the next check is due, in whole seconds; empty when none is
 */
public record Checks(
        Optional<Finding> last,
        List<Run> timeline,
        int tries,
        int wrong,
        Optional<Instant> wrongSince,
        Optional<Instant> next) {

    /** How many runs are kept. */
    public static final int LONGEST = 10;

    /**
     * Checks in a row with the same finding.
     *
     * @param first when the first of them was, in whole seconds
     * @param last when the last of them was, in whole seconds
     */
    public record Run(FindingCode code, Instant first, Instant last, int count) {

        Run and(Instant now) {
            return new Run(code, first, now, count + 1);
        }
    }

    /** Keeps a copy. */
    public Checks {
        timeline = List.copyOf(timeline);
    }

    /** None yet; the first is due at {@code first}. */
    public static Checks none(Optional<Instant> first) {
        return new Checks(Optional.empty(), List.of(), 0, 0, Optional.empty(), first);
    }

    /** @param kind what the finding means in the hostname's present status */
    Checks and(Finding finding, FindingCode.Kind kind, Instant now) {
        Optional<Finding> found = Optional.of(finding);
        List<Run> runs = noted(finding, now);
        return switch (kind) {
            case PROVEN, PROVEN_WITH_WARNING -> new Checks(found, runs, tries + 1, 0, Optional.empty(), next);
            case HINDERED, WRONG ->
                new Checks(found, runs, tries + 1, wrong + 1, wrongSince.or(() -> Optional.of(now)), next);
            case UNKNOWN -> new Checks(found, runs, tries + 1, wrong, wrongSince, next);
        };
    }

    private List<Run> noted(Finding finding, Instant now) {
        List<Run> runs = new ArrayList<>(timeline);
        boolean again = !runs.isEmpty() && runs.getLast().code() == finding.code();
        runs.add(again ? runs.removeLast().and(now) : new Run(finding.code(), now, now, 1));
        return runs.subList(Math.max(0, runs.size() - LONGEST), runs.size());
    }

    /** How many of the last checks, in a row, found the same as the last. */
    int same() {
        return timeline.isEmpty() ? 0 : timeline.getLast().count();
    }

    Checks dueAt(Optional<Instant> time) {
        return new Checks(last, timeline, tries, wrong, wrongSince, time);
    }

    /** Tries are counted anew, so that the next ones come soon. */
    Checks anew() {
        return new Checks(last, timeline, 0, wrong, wrongSince, next);
    }
}
