package io.weft.proxy.xds;

import io.weft.proxy.config.Bootstrap;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.Secret;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.files.SecretFiles;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where snapshots come from: the bootstrap's static resources, this process's own secrets, and the control plane if the
 * bootstrap names one. It has one thread, named {@code xds}, on which snapshots are published.
 *
 * <p>When the control plane is gone, or sends something bad, the last good configuration stays.
 */
public final class XdsSource implements AutoCloseable {

    private static final long CLOSE_SECONDS = 5;

    private final ScheduledThreadPoolExecutor xds;
    private final List<SecretSource> sources;
    private final Map<SecretSource, Map<String, Secret>> local = new HashMap<>();
    private final Ledger ledger;
    private final XdsClient client;
    private final AtomicReference<@Nullable Consumer<Snapshot>> publish = new AtomicReference<>();

    /**
     * @param sources names must not overlap
     * @param loops for the connection to the control plane
     * @throws IllegalArgumentException when the bootstrap's ADS cluster is missing or cannot be used
     */
    public XdsSource(
            Bootstrap bootstrap,
            ResourceParser parser,
            List<SecretSource> sources,
            EventLoops loops,
            XdsOptions options,
            InstantSource clock) {
        this.sources = List.copyOf(sources);
        xds = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "xds");
            thread.setDaemon(true);
            return thread;
        });
        xds.setRemoveOnCancelPolicy(true);
        ledger = new Ledger(clock);
        Set<String> names = new HashSet<>();
        Set<String> followed = new HashSet<>();
        sources.forEach(source -> {
            names.addAll(source.names());
            followed.addAll(source.followed());
        });
        Bootstrap.Ads ads = bootstrap.ads();
        Cluster cluster = ads == null ? null : cluster(bootstrap, ads.cluster());
        AtomicReference<@Nullable XdsClient> self = new AtomicReference<>();
        AdsTransport transport = ads == null || cluster == null
                ? null
                : new GrpcTransport(
                        bootstrap.node(),
                        ads.delta(),
                        new ControlPlaneTargets(
                                cluster, clock, ThreadLocalRandom.current().nextInt()),
                        () -> secrets(self.get()),
                        new WireResponses(parser),
                        options.maxMessage(),
                        loops,
                        this::execute,
                        System::nanoTime);
        client = new XdsClient(
                xds,
                System::nanoTime,
                () -> ThreadLocalRandom.current().nextDouble(),
                clock,
                State.initial(
                        ads != null && ads.delta(),
                        options.fetchTimeout(),
                        ads != null && bootstrap.cds(),
                        ads != null && bootstrap.lds()),
                new Assembler(bootstrap, names, followed, new SecretFiles(), options.fetchTimeout()),
                ledger,
                transport,
                cluster == null ? Set.of() : References.of(cluster).secrets(),
                this::toldSecret,
                this::publish);
        self.set(client);
    }

    private static Cluster cluster(Bootstrap bootstrap, String name) {
        return bootstrap.clusters().stream()
                .filter(cluster -> cluster.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "ADS cluster " + name + ": expected a static cluster of that name"));
    }

    private static Map<String, Secret> secrets(@Nullable XdsClient client) {
        return client == null ? Map.of() : client.secrets();
    }

    private void toldSecret(String name, Secret secret) {
        for (SecretSource source : sources) {
            if (source.followed().contains(name)) {
                source.told(name, secret);
            }
        }
    }

    private void publish(Snapshot snapshot) {
        Consumer<Snapshot> consumer = publish.get();
        if (consumer != null) {
            consumer.accept(snapshot);
        }
    }

    /**
     * Begins. The first snapshot holds the static resources that wait for nothing.
     *
     * @param consumer called on the thread of xDS, with each snapshot in turn; returns at once
     * @throws IllegalStateException when called twice
     */
    public void start(Consumer<Snapshot> consumer) {
        if (!publish.compareAndSet(null, consumer)) {
            throw new IllegalStateException("started twice");
        }
        xds.execute(client::start);
        for (SecretSource source : sources) {
            source.subscribe(secrets -> execute(() -> changed(source, secrets)));
        }
    }

    private void execute(Runnable task) {
        try {
            xds.execute(task);
        } catch (RejectedExecutionException e) {
            // Closed meanwhile: nobody is left to be told.
        }
    }

    private void changed(SecretSource source, Map<String, Secret> secrets) {
        local.put(source, secrets);
        Map<String, Secret> all = new HashMap<>();
        local.values().forEach(all::putAll);
        client.localSecrets(all);
    }

    public XdsStatus status() {
        return client.status();
    }

    /** What was received, for {@code /config_dump}: every type, ordered by name. */
    public List<ReceivedResource> received() {
        List<ReceivedResource> all = new ArrayList<>();
        for (ResourceType type : ResourceType.values()) {
            all.addAll(ledger.received(type));
        }
        return List.copyOf(all);
    }

    /** Closes the stream and ends the thread. No snapshot is published after this returns. */
    @Override
    public void close() {
        try {
            xds.execute(client::close);
        } catch (RejectedExecutionException e) {
            return;
        }
        xds.shutdown();
        try {
            if (!xds.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                xds.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            xds.shutdownNow();
        }
    }
}
