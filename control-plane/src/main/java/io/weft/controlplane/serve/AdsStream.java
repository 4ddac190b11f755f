package io.weft.controlplane.serve;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.weft.certs.identity.TrustBundle;
import io.weft.controlplane.caller.Caller;
import io.weft.controlplane.generate.ResourceSet;
import io.weft.controlplane.generate.ResourceType;
import io.weft.controlplane.push.Subscriber;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One stream: feeds the protocol's machine and carries out its effects, one event after the other. Nothing is read from and nothing
 * is sent to a proxy that does not read; its offers are merged until it does, so a slow one costs one offer and stalls nobody.
 */
final class AdsStream<Q, A, R> implements StreamObserver<Q>, Subscriber {
    private static final System.Logger LOG = System.getLogger("io.weft.controlplane.serve");

    private static final Status EXPIRED = Status.UNAUTHENTICATED.withDescription(
            "the certificate that opened this stream has expired; reconnect with the current one");

    private final AdsService service;
    private final Wire<Q, A, R> wire;
    private final Caller caller;
    private final ServerCallStreamObserver<A> out;
    private final Instant since;
    private final Protocol<R> protocol;
    private final SynchronizationContext events;
    private final Outbox<A> outbox;
    private final Arrival arrival;
    private final AtomicReference<@Nullable Pending> pending = new AtomicReference<>();

    // What follows is touched within `events` only; `admitted` and `state` may be read by anybody.
    private volatile Admission.@Nullable Admitted admitted;
    private volatile @Nullable SessionState state;
    private String userAgent = "";
    private @Nullable Q firstMessage;
    private @Nullable ResourceSet mesh;
    private boolean readWhenReady;
    private boolean over;
    private long changeInFlight;
    private boolean converging;
    private Runnable leave = () -> {};
    private @Nullable ScheduledFuture<?> expiry;

    /** The last offer that was not yet taken over, and the time of the oldest change in it. */
    private record Pending(@Nullable ResourceSet mesh, long changedAt) {
        static Pending merge(@Nullable Pending before, Pending later) {
            return before == null
                    ? later
                    : new Pending(
                            later.mesh != null ? later.mesh : before.mesh, Math.min(before.changedAt, later.changedAt));
        }
    }

    AdsStream(AdsService service, Wire<Q, A, R> wire, Caller caller, ServerCallStreamObserver<A> out) {
        this.service = service;
        this.wire = wire;
        this.caller = caller;
        this.out = out;
        this.since = service.clock().instant();
        this.protocol = wire.protocol();
        this.events = new SynchronizationContext((thread, error) -> {
            LOG.log(System.Logger.Level.ERROR, "a stream of " + caller + " failed", error);
            finish(Status.INTERNAL.withDescription("internal error"));
        });
        this.outbox = new Outbox<>(service, wire, out, events, this::proceed);
        this.arrival = new Arrival(service, events);
        out.disableAutoRequest();
        out.setOnReadyHandler(() -> events.execute(this::ready));
        out.setOnCancelHandler(() -> events.execute(this::ended));
    }

    /** Reads the first message in its turn, unless it is known without that the caller may have nothing. */
    void begin() {
        events.execute(() -> {
            if (caller instanceof Caller.Anonymous || caller instanceof Caller.Lapsed) {
                admit(Node.getDefaultInstance());
            } else {
                arrival.await(() -> out.request(1));
            }
        });
    }

    @Override
    public void onNext(Q message) {
        events.execute(() -> received(message));
    }

    @Override
    public void onError(Throwable error) {
        events.execute(this::ended);
    }

    @Override
    public void onCompleted() {
        events.execute(() -> finish(Status.OK));
    }

    @Override
    public void offer(ResourceSet resources, long changedAt) {
        offer(new Pending(resources, changedAt));
    }

    /** Ends the stream if the certificate that opened it would not be let in with these roots. */
    void trustChanged(TrustBundle bundle) {
        if (caller instanceof Caller.Certified certified
                && !certified.holds(bundle, service.clock().instant())) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the stream of {0} ends: no root of its certificate is trusted now",
                    caller);
            close(Status.UNAUTHENTICATED.withDescription(
                    "the certificate that opened this stream is not trusted any more; reconnect with another one"));
        }
    }

    /** The trust bundle has changed. */
    void secretsChanged(long changedAt) {
        offer(new Pending(null, changedAt));
    }

    @Override
    public void failed() {
        events.execute(() -> {
            if (state == null) {
                finish(Status.INTERNAL.withDescription("no configuration could be made for this proxy"));
            }
        });
    }

    /** Ends the stream from this side; the proxy is expected to come back. */
    void close(Status status) {
        events.execute(() -> finish(status));
    }

    /** Empty before the proxy was admitted. */
    Optional<ConnectedProxy> describe() {
        Admission.Admitted who = admitted;
        if (who == null) {
            return Optional.empty();
        }
        SessionState now = state;
        Map<ResourceType, SyncStatus> types = new EnumMap<>(ResourceType.class);
        Map<ResourceType, Integer> unanswered = new EnumMap<>(ResourceType.class);
        if (now != null) {
            now.types().forEach((type, of) -> {
                types.put(type, of.status());
                unanswered.put(type, of.unanswered().size());
            });
        }
        return Optional.of(new ConnectedProxy(
                who.node().id(), who.identity(), caller.source(), wire.variant(), userAgent, since, types, unanswered));
    }

    private void offer(Pending later) {
        Pending before = pending.getAndAccumulate(
                later, (earlier, next) -> Pending.merge(earlier, Objects.requireNonNull(next)));
        // One that was there already has a task that will take both, or waits for the proxy to read: so the workers'
        // queue
        // holds at most one task of each stream, however fast the mesh changes.
        if (before == null) {
            service.workers().execute(() -> events.execute(this::takeOffer));
        }
    }

    private void received(Q message) {
        if (over || endsNow()) {
            return;
        }
        if (admitted == null) {
            arrival.speaks();
            admit(wire.node(message));
            // Kept until there is something to answer it with; nothing more is read before that.
            firstMessage = message;
        } else {
            handle(message);
        }
    }

    private void admit(Node node) {
        switch (Admission.decide(caller, node)) {
            case Admission.Denied denied -> {
                service.metrics().denied(denied.cause());
                LOG.log(
                        System.Logger.Level.WARNING,
                        "xDS stream of {0} (node {1}) refused: {2}",
                        caller,
                        node.getId(),
                        denied.reason());
                finish(Status.fromCode(denied.code()).withDescription(denied.reason()));
            }
            case Admission.Admitted who -> {
                Optional<String> limit =
                        service.open().enter(who.identity(), who.node().id());
                if (limit.isPresent()) {
                    service.metrics().denied("too_many_streams");
                    finish(Status.RESOURCE_EXHAUSTED.withDescription(limit.get()));
                    return;
                }
                admitted = who;
                userAgent = node.getUserAgentName();
                Runnable disconnect = service.admitted(this, who.node());
                leave = () -> {
                    service.open().leave(who.identity(), who.node().id());
                    disconnect.run();
                };
                if (caller instanceof Caller.Certified certified) {
                    endWith(certified.notAfter());
                }
            }
        }
    }

    private void endWith(Instant notAfter) {
        long millis = Math.max(
                1, Duration.between(service.clock().instant(), notAfter).toMillis());
        expiry = service.timers().schedule(() -> close(EXPIRED), millis, TimeUnit.MILLISECONDS);
    }

    /** Asked before anything is told, because a timer knows nothing of a clock that was set, or of a machine that slept. */
    private boolean endsNow() {
        boolean lapsed = caller instanceof Caller.Certified certified
                && service.clock().instant().isAfter(certified.notAfter());
        if (lapsed) {
            finish(EXPIRED);
        }
        return lapsed;
    }

    private void handle(Q message) {
        Optional<ResourceType> type = ResourceType.ofTypeUrl(wire.typeUrl(message));
        if (type.isPresent()) {
            step(new Event.Received<>(wire.request(message, type.get())));
        } else {
            wire.unknownType(message).ifPresent(out::onNext);
        }
        takeOffer();
        if (!over) {
            if (outbox.isIdle()) {
                arrival.over();
                out.request(1);
            } else {
                readWhenReady = true;
            }
        }
    }

    private void ready() {
        outbox.proceed();
        proceed();
    }

    private void proceed() {
        takeOffer();
        if (readWhenReady && !over && outbox.isIdle()) {
            readWhenReady = false;
            arrival.over();
            out.request(1);
        }
    }

    private void takeOffer() {
        if (over || !outbox.isIdle()) {
            return;
        }
        Pending taken = pending.getAndSet(null);
        if (taken == null || endsNow()) {
            return;
        }
        if (taken.mesh() != null) {
            mesh = taken.mesh();
        }
        ResourceSet known = mesh;
        if (known == null) {
            return;
        }
        Offer offer = new Offer(known, service.secrets());
        if (state == null) {
            state = SessionState.start(offer);
            Q first = firstMessage;
            firstMessage = null;
            if (first != null) {
                handle(first);
            }
            return;
        }
        long start = System.nanoTime();
        if (!converging) {
            converging = true;
            changeInFlight = taken.changedAt();
        }
        step(new Event.NewResources<>(offer));
        service.metrics().pushed(System.nanoTime() - start);
    }

    private void step(Event<R> event) {
        SessionState before = state;
        if (before == null || over) {
            return;
        }
        Step step = protocol.step(before, event);
        // Kept before anything is sent: the answer may come while the next effect is still being carried out.
        state = step.state();
        step.effects().forEach(this::carryOut);
        if (converging && step.state().settled()) {
            converging = false;
            service.metrics().converged(System.nanoTime() - changeInFlight);
        }
    }

    private void carryOut(Effect effect) {
        switch (effect) {
            case Effect.SendDelta send -> outbox.add(send, send.type(), send.resources());
            case Effect.SendSotw send -> outbox.add(send, send.type(), send.resources());
            case Effect.Acked acked ->
                LOG.log(System.Logger.Level.TRACE, "{0} took {1} {2}", caller, acked.type(), acked.version());
            case Effect.Nacked nacked -> {
                service.metrics().rejected(nacked.type());
                LOG.log(
                        System.Logger.Level.WARNING,
                        "{0} refused {1} {2}: {3}",
                        caller,
                        nacked.type(),
                        nacked.version(),
                        nacked.error());
            }
            case Effect.ExpiredNonce expired -> service.metrics().expiredNonce(expired.type());
            case Effect.Close close -> finish(Status.fromCode(close.code()).withDescription(close.reason()));
        }
    }

    private void finish(Status status) {
        if (over) {
            return;
        }
        ended();
        if (!out.isCancelled()) {
            if (status.isOk()) {
                out.onCompleted();
            } else {
                out.onError(status.asRuntimeException());
            }
        }
    }

    private void ended() {
        if (over) {
            return;
        }
        step(new Event.Closed<>());
        over = true;
        pending.set(null);
        outbox.close();
        arrival.over();
        ScheduledFuture<?> timer = expiry;
        if (timer != null) {
            timer.cancel(false);
        }
        leave.run();
        service.left(this);
    }
}
