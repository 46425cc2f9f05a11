package dev.anyhost.proxy.admission;

/**
 * What the verifier is to get at most from this process, and how much is remembered of its answers.
 *
 * @param perSecond asks a second in the long run
 * @param burst asks at once; names that were allowed before have a quarter as many on top, which strangers can't use up
 * @param remembered how many names' verdicts are kept
 */
public record AskLimits(int perSecond, int burst, int remembered) {

    public static final AskLimits DEFAULT = new AskLimits(50, 100, 500_000);

    int reserve() {
        return burst / 4;
    }
}
