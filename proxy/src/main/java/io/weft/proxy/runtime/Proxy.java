package io.weft.proxy.runtime;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.weft.proxy.cluster.ClusterCounts;
import io.weft.proxy.cluster.ClusterReport;
import io.weft.proxy.cluster.Clusters;
import io.weft.proxy.config.Listener;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.connect.Dialer;
import io.weft.proxy.exchange.ExchangeObserver;
import io.weft.proxy.listen.Listeners;
import io.weft.proxy.tls.TlsContexts;
import io.weft.proxy.worker.Worker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The data plane of one process. It is given snapshots and told to drain; nothing else changes it. Thread-safe.
 */
public final class Proxy implements AutoCloseable {

    private final MultiThreadIoEventLoopGroup group;
    private final List<Worker> workers;
    private final Map<Integer, Pipelines.LoopParts> loops;
    private final TlsContexts tls;
    private final Pipelines pipelines;
    private final Listeners listeners;
    private volatile Snapshot current = Snapshot.EMPTY;

    /** @param concurrency how many event loops; one per core granted */
    public Proxy(int concurrency, TlsContexts tls, ConnectionObserver connections, ExchangeObserver exchanges) {
        this.group = new MultiThreadIoEventLoopGroup(concurrency, new WorkerThreads(), HalfClosedEpoll.newFactory());
        this.tls = tls;
        ClusterCounts clusterCounts = new ClusterCounts(concurrency);
        List<Worker> made = new ArrayList<>();
        Map<Integer, Pipelines.LoopParts> parts = new HashMap<>();
        for (int index = 0; index < concurrency; index++) {
            EventLoop loop = group.next();
            Worker worker = new Worker(loop, index);
            Dialer dialer = new Dialer(worker, tls);
            made.add(worker);
            parts.put(index, new Pipelines.LoopParts(new Clusters(worker, dialer, clusterCounts), dialer));
        }
        this.workers = List.copyOf(made);
        this.loops = Map.copyOf(parts);
        this.pipelines = new Pipelines(tls, loops, connections, exchanges);
        this.listeners = new Listeners(workers, pipelines);
    }

    /**
     * Makes a snapshot the current one. The order must hold: secrets before anything can ask for them, clusters and
     * routes on every loop before a listener could send it a request for them.
     *
     * @return listeners that could not be bound, one message each
     */
    public synchronized List<String> apply(Snapshot published) {
        Snapshot snapshot = published.reusing(current); // so that what did not change is known by identity
        tls.update(snapshot);
        pipelines.prepare(snapshot.listeners().values());
        CountDownLatch seen = new CountDownLatch(workers.size());
        for (Worker worker : workers) {
            worker.loop().execute(() -> {
                worker.enter();
                try {
                    worker.snapshot(snapshot);
                    clusters(worker).refresh();
                } finally {
                    worker.leave();
                    seen.countDown();
                }
            });
        }
        await(seen);
        current = snapshot;
        return listeners.apply(snapshot.listeners());
    }

    private Clusters clusters(Worker worker) {
        Pipelines.LoopParts parts = loops.get(worker.index());
        if (parts == null) {
            throw new IllegalStateException("worker " + worker.index());
        }
        return parts.clusters();
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("an event loop did not answer for 30 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public Snapshot current() {
        return current;
    }

    public synchronized List<Listeners.Bound> bound() {
        return listeners.bound();
    }

    /**
     * How busy the clusters in use are, by name, added up over the event loops. Asks the loops: a loop that does not
     * answer within a second is left out. Never called from an event loop.
     */
    public Map<String, ClusterReport> reports() {
        Queue<List<ClusterReport>> answers = new ConcurrentLinkedQueue<>();
        CountDownLatch answered = new CountDownLatch(workers.size());
        for (Worker worker : workers) {
            worker.loop().execute(() -> {
                answers.add(clusters(worker).report());
                answered.countDown();
            });
        }
        try {
            answered.await(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Map<String, ClusterReport> sums = new HashMap<>();
        for (List<ClusterReport> ofLoop : answers) {
            for (ClusterReport report : ofLoop) {
                sums.merge(report.cluster(), report, ClusterReport::plus);
            }
        }
        return sums;
    }

    /** Lets connections end; see {@link Listeners#drainAll}. */
    public synchronized void drain(boolean closeListeners) {
        listeners.drainAll(closeListeners);
    }

    /**
     * Lets connections end of one side or both.
     *
     * @param inboundOnly what the workload itself begins goes on
     * @param close no new connections are taken
     */
    public synchronized void drain(boolean inboundOnly, boolean close) {
        listeners.drain(listener -> !inboundOnly || listener.direction() == Listener.Direction.INBOUND, close);
    }

    @Override
    public synchronized void close() {
        if (group.isShuttingDown()) {
            return;
        }
        for (Worker worker : workers) {
            worker.loop().execute(worker::close);
        }
        listeners.close();
        // An event loop that stops closes its sockets, but not in the way that a TLS engine is released by.
        for (Worker worker : workers) {
            worker.loop().execute(() -> clusters(worker).close());
        }
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
    }
}
