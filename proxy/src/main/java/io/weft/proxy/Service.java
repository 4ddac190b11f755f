package io.weft.proxy;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.weft.proxy.admin.AdminParts;
import io.weft.proxy.admin.AdminServer;
import io.weft.proxy.admin.Lifecycle;
import io.weft.proxy.admin.LogLevels;
import io.weft.proxy.admin.ReceivedConfig;
import io.weft.proxy.admin.ServerMetrics;
import io.weft.proxy.admin.Signals;
import io.weft.proxy.admin.XdsMetrics;
import io.weft.proxy.config.Address;
import io.weft.proxy.config.Bootstrap;
import io.weft.proxy.config.RehearsalLength;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.dns.DnsClusters;
import io.weft.proxy.identity.Identity;
import io.weft.proxy.identity.IdentityStatus;
import io.weft.proxy.rehearsal.Rehearsal;
import io.weft.proxy.runtime.Proxy;
import io.weft.proxy.telemetry.AccessLogs;
import io.weft.proxy.telemetry.ClusterMetrics;
import io.weft.proxy.telemetry.Stats;
import io.weft.proxy.telemetry.StatsReader;
import io.weft.proxy.telemetry.Telemetry;
import io.weft.proxy.telemetry.Workload;
import io.weft.proxy.tls.TlsContexts;
import io.weft.proxy.xds.EventLoops;
import io.weft.proxy.xds.ResourceParser;
import io.weft.proxy.xds.SecretSource;
import io.weft.proxy.xds.XdsOptions;
import io.weft.proxy.xds.XdsSource;
import io.weft.proxy.xds.XdsStatus;
import io.weft.proxy.xds.parse.Parsers;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The proxy as a running program: everything is made here, in order, and ended here, in reverse. The order must hold:
 * the data plane exists before anything can be told to it, the identity is asked for only when those who want its
 * secrets listen.
 */
final class Service implements AutoCloseable {

    /**
     * @param drain how long connections may go on when the program is told to end
     * @param rehearsal what is done before traffic may come
     * @param health where the platform asks for readiness; null for nowhere
     * @param prometheus where metrics are scraped besides the admin interface; null for nowhere
     * @param agent where what Istio's agent answers is answered; null for nowhere
     */
    record Settings(
            int concurrency,
            Duration drain,
            RehearsalLength rehearsal,
            Level logLevel,
            Map<String, Level> componentLevels,
            @Nullable Address health,
            @Nullable Address prometheus,
            @Nullable Address agent) {}

    private static final System.Logger LOG = System.getLogger("io.weft.proxy");
    private static final String VERSION = "0.1.0";
    private static final long HEAP_SECONDS = 10;
    /** Bytes that a proxy without configuration has in use, about. */
    private static final long EMPTY_PROXY = 6L << 20;

    private final Settings settings;
    private final HeapWatch heap = new HeapWatch(EMPTY_PROXY);
    private final LogLevels levels = new LogLevels();
    private final MultiThreadIoEventLoopGroup mainLoop;
    private final AccessLogs logs;
    private final TlsContexts tls;
    private final Proxy proxy;
    private final DnsClusters dns;
    private final @Nullable Identity identity;
    private final XdsSource xds;
    private final Rehearsal rehearsal;
    private final Lifecycle lifecycle;
    private final AdminServer admin;
    private final @Nullable Address adminAddress;
    /** The number of the last snapshot that was put into force. */
    private volatile long inForce;

    private volatile boolean configured;

    /** @param identity makes the workload's identity on the loops given to it; null where secrets are configured */
    Service(
            Bootstrap bootstrap,
            Settings settings,
            Parsers parsers,
            @Nullable Function<EventLoops, Identity> identity) {
        this.settings = settings;
        this.adminAddress = bootstrap.admin();
        InstantSource clock = InstantSource.system();
        Workload own = Workload.of(bootstrap.node());
        this.mainLoop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        EventLoops loops = new EventLoops(mainLoop, EpollSocketChannel.class);
        this.logs = new AccessLogs(settings.concurrency(), clock);
        Stats stats = new Stats(settings.concurrency(), Stats.DEFAULT_LIMIT, own);
        Telemetry telemetry = new Telemetry(logs, stats);
        this.tls = TlsContexts.of(Snapshot.EMPTY);
        this.proxy = new Proxy(settings.concurrency(), tls, telemetry, telemetry);
        this.rehearsal = new Rehearsal(settings.rehearsal(), own, clock);
        this.dns = new DnsClusters(this::apply);
        this.identity = identity == null ? null : identity.apply(loops);
        List<SecretSource> sources = this.identity == null ? List.of() : List.of(this.identity);
        this.xds = new XdsSource(bootstrap, ResourceParser.of(parsers), sources, loops, XdsOptions.DEFAULT, clock);
        this.lifecycle = new Lifecycle(clock, conditions(), proxy::drain, () -> stats.activeConnections() == 0);
        this.admin = new AdminServer(new AdminParts(
                VERSION,
                bootstrap.node(),
                settings.concurrency(),
                clock,
                proxy::current,
                proxy::bound,
                proxy::reports,
                new StatsReader(List.of(
                        stats,
                        new ClusterMetrics(proxy::current, proxy::reports),
                        new ServerMetrics(lifecycle, settings.concurrency(), proxy::current, logs, clock),
                        new XdsMetrics(xds::status))),
                lifecycle,
                levels,
                logs::reopen,
                new ReceivedConfig(xds::received)));
    }

    private List<Lifecycle.Condition> conditions() {
        return List.of(
                new Lifecycle.Condition("configuration", this::configured),
                new Lifecycle.Condition("certificate", this::certified),
                new Lifecycle.Condition("rehearsal", this::rehearsed));
    }

    /** Begins the rehearsal when the first configuration is whole, which may show when somebody asks. */
    private boolean rehearsed() {
        if (configured() && certified()) {
            rehearsal.begin(proxy.current());
        }
        return rehearsal.isOver();
    }

    /**
     * All that was told at first is in force. What is told says that it is complete before the listeners of its last part
     * are bound, so the snapshot's number is looked at too, until it held once.
     */
    private boolean configured() {
        XdsStatus told = xds.status();
        configured = configured || (told.complete() && inForce >= told.sequence());
        return configured;
    }

    private boolean certified() {
        return identity == null || certified(identity.status().state());
    }

    private static boolean certified(IdentityStatus.State state) {
        return switch (state) {
            case CERTIFIED, RETRYING -> true;
            case NONE, EXPIRED -> false;
        };
    }

    /**
     * Serves until the process is told to end, then drains.
     *
     * @return the exit status
     * @throws IOException when a port of the proxy's own cannot be bound
     */
    int run(PrintWriter out) throws InterruptedException, IOException {
        levels.install();
        levels.all(settings.logLevel());
        settings.componentLevels().forEach(levels::component);
        Signals.on("TERM", lifecycle::terminate);
        Signals.on("INT", lifecycle::terminate);
        Signals.on("USR1", logs::reopen);
        bind(out);
        mainLoop.scheduleWithFixedDelay(heap::look, HEAP_SECONDS, HEAP_SECONDS, TimeUnit.SECONDS);
        xds.start(dns::apply);
        if (identity != null) {
            identity.start();
        }
        lifecycle.awaitEnd();
        lifecycle.drain(settings.drain());
        close();
        return 0;
    }

    private void bind(PrintWriter out) throws IOException {
        if (adminAddress != null) {
            out.println("admin: " + admin.admin(adminAddress));
        }
        Address health = settings.health();
        if (health != null) {
            out.println("health: " + admin.health(health));
        }
        Address prometheus = settings.prometheus();
        if (prometheus != null) {
            out.println("metrics: " + admin.prometheus(prometheus));
        }
        Address agent = settings.agent();
        if (agent != null) {
            out.println("agent: " + admin.agent(agent));
        }
    }

    private void apply(Snapshot snapshot) {
        // Before listeners are bound: who connects to a new one does not wait for the collection.
        heap.look();
        try {
            proxy.apply(snapshot);
            inForce = snapshot.sequence();
            rehearsed();
        } catch (RuntimeException e) {
            // What is in force stays in force.
            LOG.log(Level.ERROR, "configuration " + snapshot.sequence() + " could not be put into force", e);
        }
    }

    @Override
    public void close() {
        xds.close();
        if (identity != null) {
            identity.close();
        }
        dns.close();
        rehearsal.close();
        proxy.close();
        tls.close();
        admin.close();
        logs.close();
        mainLoop.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
}
