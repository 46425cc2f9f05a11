package dev.anyhost.proxy.simulation;

import java.time.Duration;
import java.util.Random;

/** What goes wrong in one schedule, and how much of it. */
final class Faults {

    /** After this nothing new goes wrong; what has begun takes its time. */
    static final Duration UNTIL = Duration.ofSeconds(25);

    private final Profile profile;
    private final Random random;
    private int left;

    /** One kind of fault in each schedule shows what that kind alone may cost; everything at once, what remains. */
    enum Profile {
        /** Nothing but odd interleavings, slow calls and clocks that are minutes off. */
        NONE,
        /** Answers get lost, and the SDK sends the request again. */
        REPEATED,
        /** One process dies. */
        CRASH,
        /** Processes stand still for longer than a lease lasts, and go on. */
        FREEZE,
        /** Processes stand still, and a bug or a meddler spoils the item meanwhile. */
        FREEZE_AND_SPOILT,
        /** Calls fail: some have taken effect. */
        LOST,
        /** Instances are cut off from the store for a while. */
        CUT_OFF,
        /** Whole regions are cut off from home. */
        AWAY,
        EVERYTHING
    }

    /** What happens to one store call. */
    enum Fate {
        WELL,
        REPEATED,
        NEVER_ARRIVES,
        ANSWER_LOST,
        CRASH_BEFORE,
        CRASH_AFTER,
        FREEZE_BEFORE,
        FREEZE_AFTER,
        CUT_OFF
    }

    Faults(Profile profile, Random random) {
        this.profile = profile;
        this.random = random;
        this.left = switch (profile) {
            case NONE, AWAY -> 0;
            case CRASH -> 1;
            case REPEATED -> 6;
            case FREEZE, FREEZE_AND_SPOILT, CUT_OFF -> 1 + random.nextInt(2);
            case LOST -> 1 + random.nextInt(3);
            case EVERYTHING -> 2 + random.nextInt(4);
        };
    }

    Profile profile() {
        return profile;
    }

    /** Whether nothing goes wrong that the SDK doesn't hide. */
    boolean onlyRepeats() {
        return profile == Profile.NONE || profile == Profile.REPEATED;
    }

    /** Whether regions lose touch with home. */
    boolean cutsRegionsOff() {
        return profile == Profile.AWAY;
    }

    /** How many regions there are beside home. */
    int remoteRegions() {
        return profile == Profile.AWAY ? 1 + random.nextInt(2) : random.nextInt(3) == 0 ? 1 + random.nextInt(2) : 0;
    }

    /** How long a change is on its way to another region; some overtake others. */
    Duration replication() {
        return Duration.ofMillis(random.nextInt(10) == 0 ? random.nextInt(20_000) : 100 + random.nextInt(1_500));
    }

    /** How long a region is cut off from home. */
    Duration awayFromHome() {
        return Duration.ofMillis(1_000 + random.nextInt(45_000));
    }

    /** Whether the stored item is spoilt while somebody stands still. */
    boolean spoils() {
        return profile == Profile.FREEZE_AND_SPOILT;
    }

    Fate next(Duration now) {
        if (left == 0 || now.compareTo(UNTIL) > 0 || random.nextInt(profile == Profile.REPEATED ? 3 : 10) != 0) {
            return Fate.WELL;
        }
        left--;
        return switch (profile) {
            case NONE, AWAY -> Fate.WELL;
            case REPEATED -> Fate.REPEATED;
            case CRASH -> random.nextBoolean() ? Fate.CRASH_BEFORE : Fate.CRASH_AFTER;
            case FREEZE, FREEZE_AND_SPOILT -> random.nextBoolean() ? Fate.FREEZE_BEFORE : Fate.FREEZE_AFTER;
            case LOST -> random.nextBoolean() ? Fate.NEVER_ARRIVES : Fate.ANSWER_LOST;
            case CUT_OFF -> Fate.CUT_OFF;
            case EVERYTHING -> Fate.values()[1 + random.nextInt(Fate.values().length - 1)];
        };
    }

    /** How long a call or a step takes when all is well. */
    Duration latency() {
        return Duration.ofMillis(random.nextInt(20) == 0 ? 200 + random.nextInt(400) : 1 + random.nextInt(30));
    }

    /** How long an authority takes for a step; sometimes for longer than leases last, with the holder alive. */
    Duration authorityStep() {
        return Duration.ofMillis(random.nextInt(15) == 0 ? 16_000 : random.nextInt(1_500));
    }

    Duration longPause() {
        return Duration.ofMillis(16_000 + random.nextInt(30_000));
    }

    Duration outage() {
        return Duration.ofMillis(500 + random.nextInt(30_000));
    }
}
