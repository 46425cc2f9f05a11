package dev.anyhost.proxy.renewal;

/** What came of looking after a certificate. */
public enum Outcome {
    /** This instance ordered a newer one. */
    RENEWED,
    /** Another instance, or a visitor's order, had renewed it. */
    ELSEWHERE,
    /** It isn't time yet. */
    WAITING,
    /** Its hostname is no longer allowed: it isn't renewed. */
    REFUSED,
    /** Nobody used it for long: it isn't renewed. */
    UNUSED,
    /** It is over; the next visitor has another ordered. */
    EXPIRED,
    /** No newer one came of it; when that is tried again is decided. */
    FAILED,
    /** The stored one can't be used by anybody. */
    UNREADABLE,
    /** There is none by now. */
    GONE,
    /** No place for its order: it stays due. */
    BUSY,
    /** Store or keys are away: it stays due. */
    UNREACHABLE;

    boolean staysDue() {
        return this == BUSY || this == UNREACHABLE;
    }

    /** Whether nobody need worry any more that it wasn't renewed. */
    boolean settles() {
        return switch (this) {
            case RENEWED, ELSEWHERE, WAITING, REFUSED, UNUSED, GONE -> true;
            case EXPIRED, FAILED, UNREADABLE, BUSY, UNREACHABLE -> false;
        };
    }
}
