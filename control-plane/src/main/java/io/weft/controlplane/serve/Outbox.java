package io.weft.controlplane.serve;

import io.grpc.SynchronizationContext;
import io.grpc.stub.ServerCallStreamObserver;
import io.weft.controlplane.generate.EncodedResource;
import io.weft.controlplane.generate.ResourceType;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The responses of one stream that are not yet sent, in their order. One that waits here is references to shared resources; its bytes
 * are made when the transport takes them and all streams together have fewer than an {@link Allowance} of them in their transports.
 * So however many proxies want everything at once, they are served one after the other, and the memory for it stays the same. Touched
 * within the stream's context only.
 */
final class Outbox<A> {
    /** How long a proxy may take over a response that others wait behind. After that it has the memory, and the others their turn. */
    static final Duration PATIENCE = Duration.ofSeconds(1);

    private final AdsService service;
    private final Wire<?, A, ?> wire;
    private final ServerCallStreamObserver<A> out;
    private final SynchronizationContext events;
    private final Runnable idle;
    private final Deque<Response> queue = new ArrayDeque<>();
    private boolean asking;
    private long holds;
    private @Nullable ScheduledFuture<?> deadline;
    private boolean closed;

    private record Response(Effect effect, ResourceType type, long bytes) {}

    /** @param idle is run when everything was sent at last and the proxy takes more */
    Outbox(
            AdsService service,
            Wire<?, A, ?> wire,
            ServerCallStreamObserver<A> out,
            SynchronizationContext events,
            Runnable idle) {
        this.service = service;
        this.wire = wire;
        this.out = out;
        this.events = events;
        this.idle = idle;
    }

    void add(Effect effect, ResourceType type, List<EncodedResource> resources) {
        long bytes = 0;
        for (EncodedResource resource : resources) {
            bytes += resource.any().getValue().size();
        }
        queue.add(new Response(effect, type, bytes));
        proceed();
    }

    /** Whether everything is sent and the proxy takes more. */
    boolean isIdle() {
        return queue.isEmpty() && out.isReady();
    }

    /** The transport takes more, perhaps. */
    void proceed() {
        if (closed || !out.isReady()) {
            return;
        }
        letGo();
        Response next = queue.peek();
        if (next != null && !asking) {
            asking = true;
            service.unsent().ask(next.bytes, () -> events.execute(() -> granted(next)));
        }
    }

    private void granted(Response response) {
        asking = false;
        holds = response.bytes;
        if (closed) {
            letGo();
            return;
        }
        queue.remove();
        out.onNext(wire.response(response.effect));
        service.metrics().sent(response.type, response.bytes);
        if (out.isReady()) {
            proceed();
            if (isIdle()) {
                idle.run();
            }
        } else {
            deadline = service.timers()
                    .schedule(() -> events.execute(this::letGo), PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void letGo() {
        ScheduledFuture<?> timer = deadline;
        if (timer != null) {
            timer.cancel(false);
            deadline = null;
        }
        long held = holds;
        holds = 0;
        if (held > 0) {
            service.unsent().giveBack(held);
        }
    }

    void close() {
        closed = true;
        queue.clear();
        letGo();
    }
}
