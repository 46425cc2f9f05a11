package dev.anyhost.proxy.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A process's timer. What is due runs in the process's one thread while that waits, which is where a thread of its own
 * would find nobody in its way: during a store call the other one may hold a lock.
 */
final class SimulatedTimer extends ScheduledThreadPoolExecutor {

    private final Schedule schedule;
    private final List<Task> tasks = new ArrayList<>();

    SimulatedTimer(Schedule schedule) {
        super(0);
        this.schedule = schedule;
    }

    private final class Task extends FutureTask<Void> implements ScheduledFuture<Void> {
        private final Runnable work;
        private final Duration every;
        private Duration due;

        private Task(Runnable work, Duration due, Duration every) {
            super(work, null);
            this.work = work;
            this.due = due;
            this.every = every;
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            return tasks.remove(this);
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(due.minus(schedule.now()));
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable work, long delay, long period, TimeUnit unit) {
        return add(new Task(
                work,
                schedule.now().plus(Duration.of(delay, unit.toChronoUnit())),
                Duration.of(period, unit.toChronoUnit())));
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable work, long delay, TimeUnit unit) {
        return add(new Task(work, schedule.now().plus(Duration.of(delay, unit.toChronoUnit())), Duration.ZERO));
    }

    private Task add(Task task) {
        tasks.add(task);
        return task;
    }

    /** Waits, and does what falls due meanwhile; what takes its time delays the end. */
    void pass(Duration time) {
        Duration end = schedule.now().plus(time);
        for (Optional<Task> next = dueBy(end); next.isPresent(); next = dueBy(end)) {
            waitUntil(next.get().due);
            if (tasks.contains(next.get())) {
                run(next.get());
            }
        }
        waitUntil(end);
    }

    private Optional<Task> dueBy(Duration end) {
        return tasks.stream().filter(task -> task.due.compareTo(end) <= 0).min(Comparator.comparing(task -> task.due));
    }

    private void run(Task task) {
        if (task.every.isZero()) {
            tasks.remove(task);
        } else {
            // After a standstill once, not as often as it was missed.
            task.due = later(task.due.plus(task.every), schedule.now());
        }
        task.work.run();
    }

    private void waitUntil(Duration at) {
        Duration left = at.minus(schedule.now());
        if (left.isPositive()) {
            schedule.sleep(left);
        }
    }

    private static Duration later(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }
}
