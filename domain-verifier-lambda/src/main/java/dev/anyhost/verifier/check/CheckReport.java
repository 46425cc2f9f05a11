package dev.anyhost.verifier.check;

import java.util.Map;

/**
 * What one run over one part of the whitelist came to.
 *
 * @param checked names whose check was recorded
 * @param moved those among them whose status changed
 * @param unknown those among them whose DNS couldn't be asked
 * @param leftOver names that are still due: raced by another run, unreadable, or failed; the next run sees them again
 * @param outOfTime whether there was more to do than time
 */
public record CheckReport(int checked, int moved, int unknown, int leftOver, boolean outOfTime) {

    private static final int TELLING = 20;

    /** Whether it is rather our resolvers that are broken than everybody's DNS. */
    public boolean isOurFault() {
        return checked >= TELLING && unknown * 2 > checked;
    }

    /** For Lambda's log. */
    public Map<String, Object> members() {
        return Map.of(
                "checked", checked,
                "moved", moved,
                "unknown", unknown,
                "left_over", leftOver,
                "out_of_time", outOfTime);
    }
}
