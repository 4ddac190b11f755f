package io.weft.controlplane.serve;

import io.grpc.SynchronizationContext;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One stream's place among those that are just being told all. A proxy that comes back says what it has kept, a thousand names and
 * versions at once; were these read from all proxies together, they would not fit in the memory that a control plane needs otherwise.
 * Touched within the stream's context only.
 */
final class Arrival {
    /** How many are told all at once. More would not be faster: a core or two do the work. */
    static final int AT_ONCE = 8;
    /** A stream that says nothing does not keep its place. */
    static final Duration SILENCE = Duration.ofMillis(250);
    /** Nor does one that is slow. */
    static final Duration PATIENCE = Duration.ofSeconds(1);

    private final AdsService service;
    private final SynchronizationContext events;
    private boolean held;
    private boolean over;
    private @Nullable ScheduledFuture<?> deadline;

    Arrival(AdsService service, SynchronizationContext events) {
        this.service = service;
        this.events = events;
    }

    /** @param turn is run within the stream's context, unless the stream has ended before */
    void await(Runnable turn) {
        service.arriving()
                .ask(
                        1,
                        () -> events.execute(() -> {
                            held = true;
                            if (over) {
                                letGo();
                            } else {
                                within(SILENCE);
                                turn.run();
                            }
                        }));
    }

    /** Its first message is here. */
    void speaks() {
        if (held) {
            within(PATIENCE);
        }
    }

    /** The answer to what it said first has left, or the stream has ended. */
    void over() {
        over = true;
        letGo();
    }

    private void within(Duration limit) {
        cancel();
        deadline =
                service.timers().schedule(() -> events.execute(this::letGo), limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void letGo() {
        cancel();
        if (held) {
            held = false;
            service.arriving().giveBack(1);
        }
    }

    private void cancel() {
        ScheduledFuture<?> timer = deadline;
        if (timer != null) {
            timer.cancel(false);
            deadline = null;
        }
    }
}
