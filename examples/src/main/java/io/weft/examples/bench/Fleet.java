package io.weft.examples.bench;

import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.weft.controlplane.generate.ResourceType;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** All simulated proxies, on one event loop, each with a connection of its own. */
final class Fleet implements AutoCloseable {
    private static final int LARGEST_MESSAGE = 4 << 20;
    /** HTTP/2's own. With a large one, a thousand half-read messages would be in this one process's memory. */
    private static final int WINDOW = 64 << 10;

    private static final long LONGEST_NANOS = 600_000_000_000L;

    private final MultiThreadIoEventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final SeenResources resources = new SeenResources();
    private final List<SimulatedProxy> proxies = new ArrayList<>();
    // What follows is the event loop's.
    private @Nullable Goal goal;
    private @Nullable String fault;
    private boolean expectingLoss;

    Fleet(GeneratedMesh mesh, int size) {
        for (int i = 0; i < size; i++) {
            proxies.add(new SimulatedProxy(mesh.pod(i), this, resources));
        }
    }

    /** What is waited for, and who still lacks it. */
    private static final class Goal {
        final Predicate<SimulatedProxy> reached;
        final Set<SimulatedProxy> lacking;
        final Histogram nanos = new Histogram(LONGEST_NANOS, 3);
        final CompletableFuture<Reached> done = new CompletableFuture<>();
        final long since;

        Goal(Predicate<SimulatedProxy> reached, List<SimulatedProxy> all, long since) {
            this.reached = reached;
            this.lacking = new HashSet<>(all);
            this.since = since;
        }

        void look(SimulatedProxy proxy) {
            if (lacking.contains(proxy) && reached.test(proxy)) {
                lacking.remove(proxy);
                nanos.recordValue(Math.clamp(System.nanoTime() - since, 0, LONGEST_NANOS));
                if (lacking.isEmpty()) {
                    done.complete(new Reached(nanos));
                }
            }
        }
    }

    /**
     * How long it took until each proxy had it.
     *
     * @param nanos one value per proxy
     */
    record Reached(Histogram nanos) {
        double lastMs() {
            return nanos.getMaxValue() / 1e6;
        }

        double medianMs() {
            return nanos.getValueAtPercentile(50) / 1e6;
        }
    }

    /** All at once, whether they have been connected before or not. */
    Reached connectAll(int port, GeneratedMesh.@Nullable Change missed, Duration limit) {
        long since = System.nanoTime();
        Goal all = onLoop(() -> {
            expectingLoss = false;
            int id = missed == null ? 0 : resources.id(ResourceType.ENDPOINT, missed.assignment());
            var next =
                    begin(proxy -> proxy.complete() && (missed == null || proxy.holds(id, missed.addresses())), since);
            proxies.forEach(proxy -> proxy.connect(
                    NettyChannelBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                            .usePlaintext()
                            .eventLoopGroup(loop)
                            .channelType(NioSocketChannel.class)
                            .directExecutor()
                            .maxInboundMessageSize(LARGEST_MESSAGE)
                            .flowControlWindow(WINDOW)
                            .build()));
            return next;
        });
        return await(all, limit);
    }

    /** Waits until each proxy holds the change. */
    Reached await(GeneratedMesh.Change change, Duration limit) {
        Goal all = onLoop(() -> {
            int id = resources.id(ResourceType.ENDPOINT, change.assignment());
            Goal next = begin(proxy -> proxy.holds(id, change.addresses()), change.sinceNanos());
            proxies.forEach(next::look);
            return next;
        });
        return await(all, limit);
    }

    private Goal begin(Predicate<SimulatedProxy> reached, long since) {
        var next = new Goal(reached, proxies, since);
        goal = next;
        String before = fault;
        if (before != null) {
            next.done.completeExceptionally(new BenchException(before));
        }
        return next;
    }

    private Reached await(Goal goal, Duration limit) {
        try {
            return goal.done.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw failure(e);
        } catch (TimeoutException e) {
            throw new BenchException(
                    onLoop(goal.lacking::size) + " of " + proxies.size() + " proxies did not have it after " + limit,
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted while proxies were waited for", e);
        }
    }

    /** Each proxy has exactly what the mesh says, and nothing is missing. */
    void check(Map<String, Set<String>> assignments) {
        onLoop(() -> {
            int outbound = assignments.size();
            var byId = new HashMap<Integer, Set<String>>();
            assignments.forEach((name, addresses) -> byId.put(resources.id(ResourceType.ENDPOINT, name), addresses));
            for (SimulatedProxy proxy : proxies) {
                byId.forEach((id, addresses) -> {
                    if (!proxy.holds(id, addresses)) {
                        throw new BenchException(proxy.id() + " does not hold " + addresses + " for "
                                + resources.name(ResourceType.ENDPOINT, id));
                    }
                });
                if (proxy.count(ResourceType.ENDPOINT) != outbound
                        || proxy.count(ResourceType.ROUTE) != outbound
                        || proxy.count(ResourceType.CLUSTER) <= outbound
                        || proxy.count(ResourceType.LISTENER) != 2) {
                    throw new BenchException(proxy.id() + " has " + proxy.count(ResourceType.CLUSTER) + " clusters, "
                            + proxy.count(ResourceType.ENDPOINT) + " load assignments, "
                            + proxy.count(ResourceType.LISTENER) + " listeners and " + proxy.count(ResourceType.ROUTE)
                            + " routes; expected more than " + outbound + ", " + outbound + ", 2 and " + outbound);
                }
            }
            return true;
        });
    }

    /** The control plane is about to end; streams that end with it are no fault. */
    void expectLoss() {
        onLoop(() -> expectingLoss = true);
    }

    void changed(SimulatedProxy proxy) {
        if (goal != null) {
            goal.look(proxy);
        }
    }

    void lost(SimulatedProxy proxy, String why) {
        if (!expectingLoss) {
            fault(proxy, "lost its stream: " + why);
        }
    }

    void fault(SimulatedProxy proxy, String what) {
        String text = proxy.id() + " " + what;
        fault = fault == null ? text : fault;
        if (goal != null) {
            goal.done.completeExceptionally(new BenchException(text));
        }
    }

    private <T> T onLoop(Callable<T> task) {
        try {
            return loop.submit(task).get();
        } catch (ExecutionException e) {
            throw failure(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted", e);
        }
    }

    private static BenchException failure(ExecutionException e) {
        return e.getCause() instanceof BenchException ours
                ? ours
                : new BenchException("a simulated proxy failed: " + e.getCause(), e);
    }

    @Override
    public void close() {
        onLoop(() -> {
            expectingLoss = true;
            proxies.forEach(SimulatedProxy::hangUp);
            return true;
        });
        loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
