package io.weft.proxy.xds;

import io.weft.proxy.config.Secret;
import io.weft.proxy.config.Snapshot;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries out what {@link Protocol} wants and feeds it with what happens. Everything runs on the one thread of xDS;
 * events that arise while another is handled wait their turn, so that effects happen in the order of their events.
 */
final class XdsClient {

    private static final System.Logger LOGGER = System.getLogger("io.weft.proxy.xds");
    private static final int WAITING_LINES = 20;

    private final ScheduledExecutorService xds;
    private final LongSupplier nanos;
    private final DoubleSupplier random;
    private final Assembler assembler;
    private final Ledger ledger;
    private final @Nullable Streams streams;
    private final BiConsumer<String, Secret> toldSecret;
    private final Consumer<Snapshot> publish;
    private final Queue<Event> events = new ArrayDeque<>();
    private final Map<ResourceType, XdsStatus.Updates> updates = new EnumMap<>(ResourceType.class);
    private Map<String, Secret> local = Map.of();
    private Map<ResourceType, Set<String>> subscriptions = Map.of();
    private State state;
    private boolean handling;
    private boolean closed;
    private @Nullable ScheduledFuture<?> timer;
    private long timerAt = Subscription.NEVER;
    private String lastError = "";
    private volatile XdsStatus status;

    /**
     * @param transport null when nothing is told over xDS
     * @param credentials names of the secrets that the channel to the control plane is made with
     * @param toldSecret hears of every secret that was accepted, before anybody sees it
     */
    XdsClient(
            ScheduledExecutorService xds,
            LongSupplier nanos,
            DoubleSupplier random,
            InstantSource clock,
            State state,
            Assembler assembler,
            Ledger ledger,
            @Nullable AdsTransport transport,
            Set<String> credentials,
            BiConsumer<String, Secret> toldSecret,
            Consumer<Snapshot> publish) {
        this.xds = xds;
        this.nanos = nanos;
        this.random = random;
        this.state = state;
        this.assembler = assembler;
        this.ledger = ledger;
        this.toldSecret = toldSecret;
        this.publish = publish;
        streams = transport == null
                ? null
                : new Streams(xds, random, clock, transport, credentials, () -> local, new Heard());
        status = describe();
    }

    XdsStatus status() {
        return status;
    }

    void start() {
        settle();
        handleAll();
        if (streams != null) {
            streams.open();
        }
    }

    /** What this process's own sources have now. */
    void localSecrets(Map<String, Secret> current) {
        boolean changed = !local.equals(current);
        local = Map.copyOf(current);
        assembler.localSecrets(local);
        settle();
        if (changed && streams != null && !closed && streams.credentialsChanged()) {
            offer(new Event.CredentialsChanged());
        }
        handleAll();
    }

    Map<String, Secret> secrets() {
        Map<String, Secret> all = new HashMap<>(local);
        all.putAll(assembler.snapshot().secrets());
        return all;
    }

    void close() {
        closed = true;
        cancel(timer);
        if (streams != null) {
            streams.close();
        }
    }

    private void offer(Event event) {
        events.add(event);
        handleAll();
    }

    private void handleAll() {
        if (handling) {
            return;
        }
        handling = true;
        try {
            for (Event event = events.poll(); event != null; event = events.poll()) {
                Step step = Protocol.step(state, event);
                state = step.state();
                step.effects().forEach(this::perform);
            }
        } finally {
            handling = false;
        }
        wake();
        status = describe();
    }

    private void perform(Effect effect) {
        switch (effect) {
            case Effect.Send(Effect.Purpose purpose, Request request) -> {
                count(purpose, request);
                status = describe();
                if (streams != null) {
                    streams.send(request);
                }
            }
            case Effect.Deliver deliver -> {
                ledger.record(deliver);
                deliver.accepted().forEach(accepted -> {
                    if (accepted.resource() instanceof Resource.OfSecret(String name, Secret secret)) {
                        toldSecret.accept(name, secret);
                    }
                });
                assembler.apply(deliver);
                settle();
            }
            case Effect.Reconnect(Duration delay) -> {
                if (streams != null) {
                    streams.openAfter(delay);
                }
            }
        }
    }

    private void count(Effect.Purpose purpose, Request request) {
        ResourceType type = ResourceType.of(request.typeUrl());
        String error = request.error();
        XdsStatus.Updates before =
                type == null ? XdsStatus.Updates.NONE : updates.getOrDefault(type, XdsStatus.Updates.NONE);
        if (error != null) {
            // Servers exist that send what was refused again at once, for as long as it is refused.
            Level level = error.equals(before.lastRejection()) ? Level.DEBUG : Level.WARNING;
            LOGGER.log(level, "rejected: {0}", error);
        }
        if (type != null && purpose != Effect.Purpose.SUBSCRIBE) {
            updates.put(type, error == null ? before.accept() : before.reject(error));
        }
    }

    /** One call per message, whatever it changed: many changes are one snapshot. */
    private void settle() {
        Snapshot snapshot = assembler.settle(nanos.getAsLong());
        Map<ResourceType, Set<String>> wanted = assembler.subscriptions();
        if (!wanted.equals(subscriptions)) {
            subscriptions = wanted;
            ledger.asked(wanted);
            events.add(new Event.SubscriptionsChanged(wanted, nanos.getAsLong()));
        }
        if (snapshot != null) {
            // Whoever gets the snapshot may look at the status at once.
            status = describe();
            try {
                publish.accept(snapshot);
            } catch (RuntimeException e) {
                LOGGER.log(Level.ERROR, "snapshot " + snapshot.sequence() + " was not taken", e);
            }
        }
    }

    private void wake() {
        long now = nanos.getAsLong();
        long next = Math.min(state.nextDeadline(), assembler.nextDeadline(now));
        if (next == timerAt || closed) {
            return;
        }
        cancel(timer);
        timerAt = next;
        timer = next == Subscription.NEVER
                ? null
                : xds.schedule(this::tick, Math.max(0, next - now), TimeUnit.NANOSECONDS);
    }

    private void tick() {
        timerAt = Subscription.NEVER;
        events.add(new Event.Tick(nanos.getAsLong()));
        handleAll();
        settle();
        handleAll();
    }

    private XdsStatus describe() {
        return new XdsStatus(
                state.connected(),
                state.delta(),
                streams == null ? 0 : streams.opened(),
                lastError,
                assembler.isComplete(),
                assembler.waiting(WAITING_LINES),
                assembler.snapshot().sequence(),
                updates);
    }

    private static void cancel(@Nullable ScheduledFuture<?> task) {
        if (task != null) {
            task.cancel(false);
        }
    }

    /** What the stream in use says. */
    private final class Heard implements Streams.Listener {
        @Override
        public void connected() {
            offer(new Event.Connected(nanos.getAsLong()));
        }

        @Override
        public void received(Event event) {
            lastError = "";
            offer(event);
        }

        @Override
        public void lost(String reason, Ending ending) {
            // The same reason again and again is said once.
            LOGGER.log(reason.equals(lastError) ? Level.DEBUG : Level.WARNING, "no control plane: {0}", reason);
            lastError = reason;
            offer(new Event.StreamClosed(random.getAsDouble(), ending));
        }
    }
}
