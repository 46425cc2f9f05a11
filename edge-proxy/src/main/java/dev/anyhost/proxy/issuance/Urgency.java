package dev.anyhost.proxy.issuance;

import dev.anyhost.store.TokenLimit;

/**
 * For whom a certificate is obtained, those first who may take most of what an authority allows. The others leave a share
 * of every budget to them.
 */
public enum Urgency {
    /** All visitors of a name whose certificate is about to expire. */
    NEAR_EXPIRY(0),
    /** A visitor, who wants it whoever orders it. */
    SOMEBODY_WAITS(10),
    /** Whoever comes first: a certificate ahead of visitors. */
    WARM_UP(40),
    /** Nobody for now: what is renewed in good time, or by the thousand. */
    BULK(60);

    private static final int WHOLE = 100;

    private final int leavingPercent;

    Urgency(int leavingPercent) {
        this.leavingPercent = leavingPercent;
    }

    /** Whether a visitor is there, or as good as there. */
    public boolean isPressing() {
        return switch (this) {
            case NEAR_EXPIRY, SOMEBODY_WAITS -> true;
            case WARM_UP, BULK -> false;
        };
    }

    /** How many tokens it leaves to those before it, rounded down: of a small budget everyone may take some. */
    public int leaving(TokenLimit limit) {
        return limit.capacity() * leavingPercent / WHOLE;
    }
}
