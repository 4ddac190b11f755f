package io.weft.controlplane;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyServerBuilder;
import io.weft.certs.authority.AuthorityFolder;
import io.weft.certs.authority.Lifetimes;
import io.weft.certs.authority.ServerNames;
import io.weft.certs.issued.IssuedKeys;
import io.weft.certs.join.JoinTokens;
import io.weft.controlplane.admin.AdminServer;
import io.weft.controlplane.caller.Callers;
import io.weft.controlplane.caller.ServerTls;
import io.weft.controlplane.generate.Generator;
import io.weft.controlplane.issue.CertificateIssuer;
import io.weft.controlplane.issue.LapsedRenewal;
import io.weft.controlplane.issue.LiveAuthority;
import io.weft.controlplane.issue.ServerIdentity;
import io.weft.controlplane.model.Mesh;
import io.weft.controlplane.model.MeshLoad;
import io.weft.controlplane.model.MeshSettings;
import io.weft.controlplane.push.Pusher;
import io.weft.controlplane.serve.AdsService;
import io.weft.controlplane.source.FolderSource;
import io.weft.controlplane.telemetry.Metrics;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A running control plane: the steps of the path of a configuration change, put together in their order. */
final class ControlPlane implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.weft.controlplane");
    /** As grpc-java's and Istio's own limit. */
    private static final int LARGEST_MESSAGE = 4 << 20;

    /**
     * What a proxy may send before it is read: a thousand that come back have a few hundred KB to say each. Not less than the window
     * that HTTP/2 begins with (RFC 9113, section 6.9.2): a client that sends before it has heard of a smaller one has overdrawn that,
     * and nothing opens it again once all that came is read.
     */
    private static final int UNREAD_BYTES = 65_535;

    private static final int LARGEST_HEADERS = 16 << 10;
    /** More than a mesh asks for when all of it starts at once; those beyond are told to come back. */
    private static final int MOST_WAITING_FOR_CERTIFICATES = 2_000;

    private static final int CALLS_PER_CONNECTION = 100;
    /** The part of the heap that resources may take which are kept for sharing. */
    private static final int CACHE_SHARE = 8;

    private final Metrics metrics = new Metrics();
    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private final Options options;
    private final InstantSource clock;
    private volatile MeshLoad load;
    private volatile boolean ready;
    private Optional<Server> secure = Optional.empty();
    private Optional<Server> plaintext = Optional.empty();
    private Optional<AdminServer> admin = Optional.empty();

    private ControlPlane(Options options, InstantSource clock) {
        this.options = options;
        this.clock = clock;
        this.load = new MeshLoad(Mesh.empty(settings(options)), List.of());
    }

    static MeshSettings settings(Options options) {
        return new MeshSettings(
                options.trustDomain().name(),
                MeshSettings.DEFAULT.clusterDomain(),
                MeshSettings.DEFAULT.rootNamespaces(),
                options.accessLog());
    }

    /**
     * Reads the configuration and the authority, and listens.
     *
     * @throws IOException when a folder or a port cannot be used; nothing is left running then
     */
    static ControlPlane start(Options options, InstantSource clock) throws IOException {
        var controlPlane = new ControlPlane(options, clock);
        try {
            controlPlane.start();
        } catch (IOException | RuntimeException e) {
            controlPlane.close();
            throw e;
        }
        return controlPlane;
    }

    private void start() throws IOException {
        ScheduledExecutorService timers = timers();
        ExecutorService calls = calls();

        LiveAuthority authority = LiveAuthority.open(options.authority(), options.trustDomain(), lifetimes(), clock);
        var identity = new ServerIdentity(authority, this::serverNames, timers, clock);
        var lapse = new LapsedRenewal(
                new IssuedKeys(new AuthorityFolder(options.authority()).issued(), clock),
                options.renewalGrace(),
                clock);
        var issuer =
                new CertificateIssuer(authority, new JoinTokens(options.tokens(), clock), lapse, signing(), metrics);
        timers.scheduleWithFixedDelay(() -> calls.execute(lapse::clean), 0, 1, TimeUnit.HOURS);

        var pusher =
                new Pusher(new Generator(Runtime.getRuntime().maxMemory() / CACHE_SHARE), options.debounce(), metrics);
        running.push(pusher);
        var source = new FolderSource(options.config(), settings(options));
        running.push(source);
        source.start(next -> {
            load = next;
            pusher.change(next.mesh());
        });
        metrics.gauge(
                "pilot_conflict_or_invalid_objects",
                "Objects that are refused.",
                () -> load.problems().size());

        var ads = new AdsService(pusher, authority.bundle(), options.limits(), calls, timers, clock, metrics);
        authority.onChange(() -> ads.trust(authority.bundle()));
        long refresh = options.authorityRefresh().toMillis();
        timers.scheduleWithFixedDelay(authority::refresh, refresh, refresh, TimeUnit.MILLISECONDS);

        var callers = new Callers(authority::bundle, clock, options.renewalGrace(), metrics);
        Server tls = limited(NettyServerBuilder.forAddress(options.secure().socketAddress()), calls)
                .sslContext(ServerTls.context(identity::current, authority::bundle, clock, options.renewalGrace()))
                .addService(ServerInterceptors.intercept(ads.bindService(), callers.overTls()))
                .addService(ServerInterceptors.intercept(issuer.service(), callers.overTls()))
                .build()
                .start();
        secure = Optional.of(tls);
        running.push(() -> stop(tls));
        if (options.plaintext().isPresent()) {
            plaintext = Optional.of(plaintext(options.plaintext().get(), ads, calls));
        }
        running.push(ads::close);

        var pages = new AdminServer.Sources(() -> ready, () -> load, ads::connected, metrics);
        var http = new AdminServer(options.http().socketAddress(), pages);
        admin = Optional.of(http);
        running.push(http);
        ready = true;
    }

    private Server plaintext(ListenAddress address, BindableService ads, ExecutorService calls) throws IOException {
        LOG.log(
                System.Logger.Level.WARNING,
                "PLAINTEXT xDS on {0}: whoever reaches this port is believed to be what it says, and is shown what that one may see."
                        + " Not for a mesh that anybody relies on.",
                address.socketAddress());
        // No certificates here: a token must not travel in the clear.
        Server server = limited(NettyServerBuilder.forAddress(address.socketAddress()), calls)
                .addService(ServerInterceptors.intercept(ads, Callers.inPlaintext()))
                .build()
                .start();
        running.push(() -> stop(server));
        return server;
    }

    private static NettyServerBuilder limited(NettyServerBuilder builder, ExecutorService calls) {
        return builder.executor(calls)
                .flowControlWindow(UNREAD_BYTES)
                .maxInboundMessageSize(LARGEST_MESSAGE)
                .maxInboundMetadataSize(LARGEST_HEADERS)
                .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION)
                .handshakeTimeout(10, TimeUnit.SECONDS)
                .keepAliveTime(30, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .permitKeepAliveTime(10, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .maxRstFramesPerWindow(200, 30);
    }

    private ScheduledExecutorService timers() {
        var timers = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("weft-timer").daemon().factory());
        timers.setRemoveOnCancelPolicy(true);
        timers.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        running.push(timers::shutdownNow);
        return timers;
    }

    private ExecutorService calls() {
        return workers("weft-calls-");
    }

    /** Issuing certificates waits for the disk, and pushing must not; so it has threads of its own, and only so many calls wait for them. */
    private ExecutorService signing() {
        return workers("weft-sign-", new ArrayBlockingQueue<>(MOST_WAITING_FOR_CERTIFICATES));
    }

    private ExecutorService workers(String name) {
        return workers(name, new LinkedBlockingQueue<>());
    }

    private ExecutorService workers(String name, BlockingQueue<Runnable> waiting) {
        int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
        ExecutorService workers = new ThreadPoolExecutor(
                threads,
                threads,
                0,
                TimeUnit.SECONDS,
                waiting,
                Thread.ofPlatform().name(name, 0).daemon().factory());
        running.push(workers::shutdownNow);
        return workers;
    }

    private ServerNames serverNames() {
        var addresses = new LinkedHashSet<>(options.addresses());
        addresses.addAll(LocalAddresses.of(options.secure()));
        return new ServerNames(options.dnsNames(), addresses);
    }

    private Lifetimes lifetimes() {
        Lifetimes standard = Lifetimes.DEFAULT;
        Duration ttl = options.certificateTtl();
        return new Lifetimes(ttl, ttl.compareTo(standard.max()) > 0 ? ttl : standard.max(), standard.backDating());
    }

    InetSocketAddress secureAddress() {
        return address(secure.orElseThrow());
    }

    Optional<InetSocketAddress> plaintextAddress() {
        return plaintext.map(ControlPlane::address);
    }

    InetSocketAddress httpAddress() {
        return admin.orElseThrow().address();
    }

    MeshLoad load() {
        return load;
    }

    private static InetSocketAddress address(Server server) {
        if (server.getListenSockets().getFirst() instanceof InetSocketAddress address) {
            return address;
        }
        throw new IllegalStateException("not an internet address: " + server.getListenSockets());
    }

    private void stop(Server server) throws InterruptedException {
        server.shutdown();
        if (!server.awaitTermination(options.grace().toMillis(), TimeUnit.MILLISECONDS)) {
            server.shutdownNow();
            server.awaitTermination(options.grace().toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Stops what was started, last first: streams are ended in order, and proxies come back to whoever serves then. */
    @Override
    public void close() {
        ready = false;
        while (!running.isEmpty()) {
            try {
                running.pop().close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                LOG.log(System.Logger.Level.WARNING, "stopping", e);
            }
        }
    }
}
