package io.weft.proxy.xds;

import io.weft.proxy.config.Secret;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The stream that is in use, and while it is replaced the one that comes after it: the new one is connected before the old
 * one is closed, so nothing that the control plane says in between is missed. Used on the thread of xDS only.
 */
final class Streams {

    private static final System.Logger LOGGER = System.getLogger("io.weft.proxy.xds");

    private static final Duration A_WHILE = Duration.ofSeconds(5);

    /** Hears of the stream in use, whichever that is. */
    interface Listener {
        /** Requests may be sent, on a stream that knows nothing yet. */
        void connected();

        void received(Event event);

        void lost(String reason, Ending ending);
    }

    private final ScheduledExecutorService xds;
    private final DoubleSupplier random;
    private final InstantSource clock;
    private final AdsTransport transport;
    private final Set<String> credentials;
    private final Supplier<Map<String, Secret>> secrets;
    private final Listener listener;
    private @Nullable One current;
    private @Nullable One successor;
    private @Nullable ScheduledFuture<?> opening;
    private @Nullable ScheduledFuture<?> moving;
    private Map<String, Secret> triedWith = Map.of();
    private int failedMoves;
    private long opened;
    private boolean closed;

    /**
     * @param credentials names of the secrets that the channel to the control plane is made with
     * @param secrets all that this process has now
     */
    Streams(
            ScheduledExecutorService xds,
            DoubleSupplier random,
            InstantSource clock,
            AdsTransport transport,
            Set<String> credentials,
            Supplier<Map<String, Secret>> secrets,
            Listener listener) {
        this.xds = xds;
        this.random = random;
        this.clock = clock;
        this.transport = transport;
        this.credentials = Set.copyOf(credentials);
        this.secrets = secrets;
        this.listener = listener;
    }

    /** Opens a stream after closing what is open. */
    void openAfter(Duration delay) {
        disconnect();
        if (!closed) {
            opening = xds.schedule(this::open, delay.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    void open() {
        if (closed) {
            return;
        }
        disconnect();
        triedWith = credentials();
        One one = new One(triedWith);
        current = one;
        one.begin();
    }

    /**
     * Looks whether the stream may stay.
     *
     * @return whether it has to be opened anew at once, by {@link #openAfter}
     */
    boolean credentialsChanged() {
        One one = current;
        if (one == null || !one.connected) {
            return !credentials().equals(triedWith);
        }
        return switch (Handover.decide(one.openedWith, credentials(), clock.instant(), random.getAsDouble())) {
            case Handover.Keep _ -> {
                abandonMove();
                yield false;
            }
            case Handover.End _ -> true;
            case Handover.Move(Duration after) -> {
                abandonMove();
                failedMoves = 0;
                moveAfter(after);
                yield false;
            }
        };
    }

    private void moveAfter(Duration after) {
        moving = xds.schedule(this::move, after.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void move() {
        if (!closed && current != null) {
            One one = new One(credentials());
            successor = one;
            one.begin();
        }
    }

    private Map<String, Secret> credentials() {
        Map<String, Secret> now = new HashMap<>(secrets.get());
        now.keySet().retainAll(credentials);
        return now;
    }

    void send(Request request) {
        One one = current;
        if (one != null && one.stream != null) {
            one.stream.send(request);
        }
    }

    /** How many were opened so far, or tried to. */
    long opened() {
        return opened;
    }

    private void disconnect() {
        cancel(opening);
        abandonMove();
        One one = current;
        current = null;
        if (one != null) {
            one.end();
        }
    }

    private void abandonMove() {
        cancel(moving);
        One one = successor;
        successor = null;
        if (one != null) {
            one.end();
        }
    }

    void close() {
        closed = true;
        disconnect();
        try {
            transport.close();
        } catch (RuntimeException e) {
            LOGGER.log(Level.WARNING, "transport did not close", e);
        }
    }

    private static void cancel(@Nullable ScheduledFuture<?> task) {
        if (task != null) {
            task.cancel(false);
        }
    }

    /** One stream. What it says after it was given up is not heard. */
    private final class One implements AdsTransport.Receiver {
        private final Map<String, Secret> openedWith;
        private AdsTransport.@Nullable Stream stream;
        private boolean connected;
        private Instant connectedAt = Instant.MAX;

        One(Map<String, Secret> openedWith) {
            this.openedWith = Map.copyOf(openedWith);
        }

        void begin() {
            opened++;
            try {
                stream = transport.open(this);
            } catch (RuntimeException e) {
                // Mostly a secret that is not there yet. Whatever it is, there will be another attempt.
                closed(String.valueOf(e.getMessage()), Ending.GONE);
            }
        }

        void end() {
            if (stream != null) {
                stream.close();
            }
        }

        /** A stream that resumes may be good for hours without ever being told anything. */
        private boolean isFresh() {
            return connected
                    && (!credentials().equals(openedWith)
                            || Duration.between(connectedAt, clock.instant()).compareTo(A_WHILE) >= 0);
        }

        @Override
        public void connected() {
            if (this == successor) {
                successor = null;
                One before = current;
                current = this;
                if (before != null) {
                    before.end();
                }
                LOGGER.log(Level.INFO, "moved to a new stream, with renewed credentials");
            } else if (this == current) {
                LOGGER.log(Level.INFO, "connected to the control plane");
            } else {
                return;
            }
            connected = true;
            connectedAt = clock.instant();
            listener.connected();
        }

        @Override
        public void received(Event event) {
            if (this == current) {
                listener.received(event);
            }
        }

        @Override
        public void closed(String reason, Ending ending) {
            if (this == successor) {
                successor = null;
                LOGGER.log(Level.WARNING, "the stream stays, a new one could not be opened: {0}", reason);
                moveAfter(BackOff.of(ending).pause(failedMoves++, random.getAsDouble()));
            } else if (this == current) {
                current = null;
                abandonMove();
                listener.lost(reason, isFresh() ? Ending.FRESH : ending);
            }
        }
    }
}
