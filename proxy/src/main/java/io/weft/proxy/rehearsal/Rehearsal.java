package io.weft.proxy.rehearsal;

import io.weft.proxy.config.RehearsalLength;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.listen.Listeners;
import io.weft.proxy.runtime.Proxy;
import io.weft.proxy.telemetry.AccessLogs;
import io.weft.proxy.telemetry.Stats;
import io.weft.proxy.telemetry.Telemetry;
import io.weft.proxy.telemetry.Workload;
import io.weft.proxy.tls.TlsContexts;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketTimeoutException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Requests through both roles of a proxy, before traffic may come: through a second data plane with one event loop, TLS
 * contexts and counters of its own, which is closed afterwards. It begins once, with the first configuration that is
 * whole, on a thread of its own. However it ends, it is over then; what keeps it from its end is told in the log, and met
 * again, with a better reason, where it matters. Thread-safe.
 */
public final class Rehearsal implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger("io.weft.proxy.rehearsal");
    private static final long CLOSE_MILLIS = 5_000;

    private final RehearsalLength length;
    private final Workload own;
    private final InstantSource clock;
    private volatile boolean over;
    private long began; // written before the thread, and read after it
    private volatile @Nullable Thread thread;
    private @Nullable Proxy playing;
    private boolean closed;

    /** @param own as whom the counters count */
    public Rehearsal(RehearsalLength length, Workload own, InstantSource clock) {
        this.length = length;
        this.own = own;
        this.clock = clock;
        this.over = length.requests() == 0;
    }

    /** Whether traffic need not wait for it: it has ended, its time is over, whatever still keeps it, or there is none. */
    public boolean isOver() {
        return over
                || (thread != null && System.nanoTime() - began >= length.most().toNanos());
    }

    /** Begins, unless it has begun before. Returns at once. */
    public synchronized void begin(Snapshot told) {
        if (over || closed || thread != null) {
            return;
        }
        Thread made = new Thread(() -> run(Play.of(told)), "rehearsal");
        made.setDaemon(true);
        began = System.nanoTime();
        thread = made;
        made.start();
    }

    private void run(Play play) {
        AccessLogs logs = new AccessLogs(1, clock);
        Telemetry telemetry = new Telemetry(logs, new Stats(1, Stats.DEFAULT_LIMIT, own));
        TlsContexts tls = TlsContexts.of(Snapshot.EMPTY, clock);
        try (Proxy proxy = new Proxy(1, tls, telemetry, telemetry)) {
            if (mayPlay(proxy)) {
                play(play, proxy);
            }
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "rehearsal", e);
        } finally {
            tls.close();
            logs.close();
            over = true;
        }
    }

    private synchronized boolean mayPlay(Proxy proxy) {
        playing = closed ? null : proxy;
        return !closed;
    }

    private void play(Play play, Proxy proxy) {
        int answers = 0;
        String ending = "";
        try {
            put(proxy, play.exit());
            put(proxy, play.whole(port(proxy, Play.EXIT)));
            Visitor visitor =
                    new Visitor(port(proxy, Play.ENTRY), began + length.most().toNanos());
            try {
                visitor.ask(play.paths(), length.requests());
            } finally {
                answers = visitor.answers();
            }
        } catch (SocketTimeoutException e) {
            ending = "; then the time was over";
        } catch (IOException e) {
            ending = "; then " + e.getMessage();
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        LOG.log(Level.INFO, "rehearsed {0} requests in {1} ms{2}", answers, millis, ending);
    }

    private static void put(Proxy proxy, Snapshot snapshot) throws IOException {
        List<String> problems = proxy.apply(snapshot);
        if (!problems.isEmpty()) {
            throw new IOException(problems.getFirst());
        }
    }

    private static int port(Proxy proxy, String listener) throws IOException {
        for (Listeners.Bound bound : proxy.bound()) {
            if (bound.listener().name().equals(listener)) {
                return bound.addresses().getFirst().getPort();
            }
        }
        throw new IOException("listener " + listener + " is not bound");
    }

    /** Ends it, if it still goes on. */
    @Override
    public void close() {
        Thread running;
        Proxy stage;
        synchronized (this) {
            closed = true;
            running = thread;
            stage = playing;
        }
        if (stage != null) {
            stage.close(); // whoever waits for an answer hears of it
        }
        if (running != null) {
            try {
                running.join(CLOSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
