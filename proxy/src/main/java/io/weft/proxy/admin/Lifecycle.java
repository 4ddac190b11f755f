package io.weft.proxy.admin;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/**
 * The program's course: it is live once every condition was met, drains when it is told to end, and ends when nothing is
 * left to wait for or the time is over. Thread-safe.
 */
public final class Lifecycle {

    private static final System.Logger LOG = System.getLogger("io.weft.proxy.admin");
    private static final long LOOK_MILLIS = 50;

    /**
     * Something that must be so before traffic may come.
     *
     * @param name what is waited for, for people
     */
    public record Condition(String name, BooleanSupplier isMet) {}

    /** What draining does to the data plane. */
    public interface Drains {
        /**
         * Asks connections to end as soon as they can without breaking anything off.
         *
         * @param inboundOnly what the workload itself begins goes on
         * @param close no new connections are taken
         */
        void drain(boolean inboundOnly, boolean close);
    }

    private final InstantSource clock;
    private final Instant began;
    private final List<Condition> conditions;
    private final Drains drains;
    private final BooleanSupplier idle;
    private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.INITIALIZING);
    private final CountDownLatch told = new CountDownLatch(1);
    private final CountDownLatch hurry = new CountDownLatch(1);
    private volatile boolean failed;

    /** @param idle nothing is being carried any more */
    public Lifecycle(InstantSource clock, List<Condition> conditions, Drains drains, BooleanSupplier idle) {
        this.clock = clock;
        this.began = clock.instant();
        this.conditions = List.copyOf(conditions);
        this.drains = drains;
        this.idle = idle;
    }

    private void step(Stage.Event event) {
        Stage before = stage.getAndUpdate(now -> now.after(event));
        Stage after = before.after(event);
        if (before != after) {
            LOG.log(System.Logger.Level.INFO, "{0} after {1} s", after, uptime().toSeconds());
        }
    }

    /** Where it stands now; looks at the conditions. */
    public Stage stage() {
        if (stage.get() == Stage.INITIALIZING && unmet().isEmpty()) {
            step(Stage.Event.CONDITIONS_MET);
        }
        return stage.get();
    }

    /** Whether traffic may be sent here: live, not told to look unhealthy, and every condition is met still. */
    public boolean isReady() {
        return stage() == Stage.LIVE && !failed && unmet().isEmpty();
    }

    /** Names of the conditions that are not met now. */
    public List<String> unmet() {
        return conditions.stream()
                .filter(condition -> !condition.isMet().getAsBoolean())
                .map(Condition::name)
                .toList();
    }

    public Duration uptime() {
        return Duration.between(began, clock.instant());
    }

    /** For operators who want traffic to go elsewhere: not ready until told otherwise. */
    void fail(boolean toldToFail) {
        failed = toldToFail;
    }

    boolean isFailed() {
        return failed;
    }

    /** {@code /drain_listeners}: connections are drained; the program goes on. */
    void drainListeners(boolean inboundOnly, boolean close) {
        step(Stage.Event.DRAIN);
        drains.drain(inboundOnly, close);
    }

    /** SIGTERM: asks for the end in good order. Asked twice, there is no more waiting. Returns at once. */
    public void terminate() {
        if (told.getCount() == 0) {
            hurry.countDown();
        }
        told.countDown();
    }

    /** {@code /quitquitquit}: asks for the end now. Returns at once. */
    public void quit() {
        hurry.countDown();
        told.countDown();
    }

    /** Waits until somebody asks for the end. */
    public void awaitEnd() throws InterruptedException {
        told.await();
    }

    /**
     * Lets the traffic end. The order must hold: first nothing new comes in, while what the workload begins is still
     * carried, for it may need that to finish; at the end of the time the rest is told as well.
     *
     * @param limit how long this may take at most
     */
    public void drain(Duration limit) throws InterruptedException {
        step(Stage.Event.DRAIN);
        if (hurry.getCount() > 0) {
            drains.drain(true, true);
            long deadline = System.nanoTime() + limit.toNanos();
            while (!idle.getAsBoolean() && deadline - System.nanoTime() > 0) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (hurry.await(Math.clamp(left, 1, LOOK_MILLIS), TimeUnit.MILLISECONDS)) {
                    break;
                }
            }
        }
        drains.drain(false, true);
        step(Stage.Event.STOP);
    }
}
