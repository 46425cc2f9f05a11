package dev.anyhost.proxy.simulation;

import dev.anyhost.testkit.DynamoOperation;
import dev.anyhost.testkit.RelayedDynamoDb;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbRequest;

/**
 * What one process sees of the world: its store calls, each a place where another process may run and where something may
 * go wrong, and its clocks.
 */
final class SimulatedProcess {

    /** What a call with all its retries takes at most, as in production. */
    private static final Duration WHOLE_CALL = Duration.ofMillis(1_500);

    final String name;
    final String region;
    final SimulatedTimer timer;

    /** What it reaches the home region's database by. */
    final DynamoDbClient home;

    /** The same for its own region's. */
    final DynamoDbClient replica;

    private final World world;
    private Duration cutOffUntil = Duration.ZERO;
    private boolean dead;

    /** Ends the thread of a process that died: nothing that it still does has any effect. */
    static final class Died extends Error {
        private static final long serialVersionUID = 1;

        Died() {
            super("died", null, false, false);
        }
    }

    SimulatedProcess(World world, String name, String region) {
        this.world = world;
        this.name = name;
        this.region = region;
        this.home = new Link(world.geography.in(Geography.HOME), () -> world.geography.isCutOff(region));
        this.replica = region.equals(Geography.HOME) ? home : new Link(world.geography.in(region), () -> false);
        this.timer = new SimulatedTimer(world.schedule);
    }

    private final class Link extends RelayedDynamoDb {

        private final BooleanSupplier cut;

        private Link(DynamoDbClient database, BooleanSupplier cut) {
            super(database);
            this.cut = cut;
        }

        @Override
        protected <T> T call(DynamoOperation operation, DynamoDbRequest request, Supplier<T> call) {
            return SimulatedProcess.this.call(cut, call);
        }
    }

    private <T> T call(BooleanSupplier cut, Supplier<T> call) {
        live();
        Faults.Fate fate = world.faults.next(world.schedule.now());
        switch (fate) {
            case CRASH_BEFORE -> die();
            case FREEZE_BEFORE -> freeze();
            case CUT_OFF -> cutOff();
            case WELL, REPEATED, NEVER_ARRIVES, ANSWER_LOST, CRASH_AFTER, FREEZE_AFTER -> {
                // The call sets out.
            }
        }
        world.schedule.sleep(world.faults.latency());
        if (fate == Faults.Fate.NEVER_ARRIVES
                || cut.getAsBoolean()
                || world.schedule.now().compareTo(cutOffUntil) < 0) {
            throw unanswered();
        }
        Supplier<T> answer = effect(call);
        if (fate == Faults.Fate.REPEATED) {
            world.schedule.sleep(world.faults.latency());
            answer = effect(call);
        }
        if (fate == Faults.Fate.CRASH_AFTER) {
            die();
        }
        if (fate == Faults.Fate.FREEZE_AFTER) {
            freeze();
        }
        world.schedule.sleep(world.faults.latency());
        if (fate == Faults.Fate.ANSWER_LOST || cut.getAsBoolean()) {
            throw unanswered();
        }
        return answer.get();
    }

    /** The call has its effect now, and its answer, good or bad, comes later. */
    private <T> Supplier<T> effect(Supplier<T> call) {
        try {
            T answer = call.get();
            world.observe();
            return () -> answer;
        } catch (DynamoDbException refused) {
            return () -> {
                throw refused;
            };
        }
    }

    private SdkClientException unanswered() {
        world.schedule.sleep(WHOLE_CALL);
        world.wentWrong(name, world.schedule.now());
        return SdkClientException.create("Unable to execute HTTP request: Read timed out");
    }

    private void die() {
        world.wentWrong(name, world.schedule.now());
        dead = true;
        throw new Died();
    }

    private void live() {
        if (dead) {
            throw new Died();
        }
    }

    /** The whole process stands still, timers included; its monotonic clock goes on. */
    private void freeze() {
        Duration time = world.faults.longPause();
        world.wentWrong(name, world.schedule.now().plus(time));
        if (world.faults.spoils()) {
            Duration until = time.minusMillis(world.random.nextInt(3_000));
            world.schedule.start(until, world::spoil);
        }
        world.schedule.sleep(time);
    }

    private void cutOff() {
        cutOffUntil = world.schedule.now().plus(world.faults.outage());
        world.wentWrong(name, cutOffUntil);
    }

    /** Waits as a living process does: what its timers are to do is done. */
    void pause(Duration time) {
        live();
        timer.pass(time);
    }
}
