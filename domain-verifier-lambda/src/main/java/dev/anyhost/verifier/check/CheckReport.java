package dev.anyhost.verifier.check;

import java.util.Locale;
import java.util.Map;

/**
 * What one run over one part of the whitelist came to.
 *
 * @param checked names whose check was recorded
 * @param moved those among them whose status changed
 * @param unknown those among them whose DNS couldn't be asked
 * @param raced names that another run checked, or that somebody removed, at the same time
 * @param leftOver names that were looked at and are still due: unreadable, changed meanwhile, or failed
 * @param ending why it ended
 */
public record CheckReport(int checked, int moved, int unknown, int raced, int leftOver, Ending ending) {

    /** Why a run ended. */
    public enum Ending {
        /** Nothing more was due. */
        DONE,
        /** There was more to do than time; the rest stays due. */
        OUT_OF_TIME,
        /** Our resolvers don't answer: what couldn't be asked wasn't recorded, and stays due. */
        BLIND
    }

    /** For Lambda's log. */
    public Map<String, Object> members() {
        return Map.of(
                "checked", checked,
                "moved", moved,
                "unknown", unknown,
                "raced", raced,
                "left_over", leftOver,
                "ending", ending.name().toLowerCase(Locale.ROOT));
    }
}
