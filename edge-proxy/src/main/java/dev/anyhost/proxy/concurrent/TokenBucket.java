package dev.anyhost.proxy.concurrent;

import java.util.function.LongSupplier;

/** A rate limit: so many a second in the long run, so many at once. Any thread may call any method; none blocks. */
public final class TokenBucket {

    private final double perNano;
    private final int capacity;
    private final LongSupplier nanos;
    private double tokens;
    private long filledAt;

    /**
     * Full.
     *
     * @param perSecond tokens that come back each second
     * @param capacity how many there are at most, from 1
     * @param nanos a monotonic clock
     */
    public TokenBucket(double perSecond, int capacity, LongSupplier nanos) {
        this.perNano = perSecond / 1e9;
        this.capacity = capacity;
        this.nanos = nanos;
        this.tokens = capacity;
        this.filledAt = nanos.getAsLong();
    }

    /** Takes a token if there is one. */
    public boolean tryTake() {
        return tryTakeAbove(0);
    }

    /** Takes a token unless that would leave fewer than {@code reserve}. */
    public synchronized boolean tryTakeAbove(int reserve) {
        if (!hasAbove(reserve)) {
            return false;
        }
        tokens--;
        return true;
    }

    /** Whether a token could be taken now that leaves so many. */
    public synchronized boolean hasAbove(int reserve) {
        long now = nanos.getAsLong();
        tokens = Math.min(capacity, tokens + (now - filledAt) * perNano);
        filledAt = now;
        return tokens - 1 >= reserve;
    }

    /** Puts back a token that was taken for what turned out not to count. */
    public void giveBack() {
        giveBack(1);
    }

    /** Puts tokens in; more than the capacity are lost. */
    public synchronized void giveBack(int earned) {
        tokens = Math.min(capacity, tokens + earned);
    }
}
