package io.weft.proxy;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.weft.proxy.config.Address;
import io.weft.proxy.config.Bootstrap;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.dns.DnsClusters;
import io.weft.proxy.identity.Identity;
import io.weft.proxy.runtime.Proxy;
import io.weft.proxy.tls.TlsContexts;
import io.weft.proxy.xds.EventLoops;
import io.weft.proxy.xds.ResourceParser;
import io.weft.proxy.xds.SecretSource;
import io.weft.proxy.xds.XdsOptions;
import io.weft.proxy.xds.XdsSource;
import io.weft.proxy.xds.parse.Parsers;
import java.io.PrintWriter;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
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
     * @param health where the platform asks for readiness; null for nowhere
     * @param prometheus where metrics are scraped besides the admin interface; null for nowhere
     */
    record Settings(
            int concurrency,
            Duration drain,
            Level logLevel,
            Map<String, Level> componentLevels,
            @Nullable Address health,
            @Nullable Address prometheus) {}

    private static final System.Logger LOG = System.getLogger("io.weft.proxy");

    private final Settings settings;
    private final MultiThreadIoEventLoopGroup mainLoop;
    private final TlsContexts tls;
    private final Proxy proxy;
    private final DnsClusters dns;
    private final @Nullable Identity identity;
    private final XdsSource xds;
    private final CountDownLatch ended = new CountDownLatch(1);

    /** @param identity makes the workload's identity on the loops given to it; null where secrets are configured */
    Service(
            Bootstrap bootstrap,
            Settings settings,
            Parsers parsers,
            @Nullable Function<EventLoops, Identity> identity) {
        this.settings = settings;
        InstantSource clock = InstantSource.system();
        this.mainLoop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        EventLoops loops = new EventLoops(mainLoop, EpollSocketChannel.class);
        this.tls = TlsContexts.of(Snapshot.EMPTY);
        this.proxy = new Proxy(settings.concurrency(), tls, (connection, upstream) -> {}, (record, now) -> {});
        this.dns = new DnsClusters(this::apply);
        this.identity = identity == null ? null : identity.apply(loops);
        List<SecretSource> sources = this.identity == null ? List.of() : List.of(this.identity);
        this.xds = new XdsSource(bootstrap, ResourceParser.of(parsers), sources, loops, XdsOptions.DEFAULT, clock);
    }

    /** Serves until the process is told to end; returns its exit status. */
    int run(PrintWriter out) throws InterruptedException {
        Thread stop = new Thread(this::stop, "stop");
        Runtime.getRuntime().addShutdownHook(stop);
        start();
        out.println("weft proxy: " + settings.concurrency() + " event loops");
        ended.await();
        return 0;
    }

    void start() {
        xds.start(dns::apply);
        if (identity != null) {
            identity.start();
        }
    }

    private void apply(Snapshot snapshot) {
        try {
            proxy.apply(snapshot);
        } catch (RuntimeException e) {
            // What is in force stays in force.
            LOG.log(Level.ERROR, "configuration " + snapshot.sequence() + " could not be put into force", e);
        }
    }

    /** SIGTERM: connections are asked to end, then everything is closed. */
    private void stop() {
        proxy.drain(true);
        close();
        ended.countDown();
    }

    @Override
    public void close() {
        xds.close();
        if (identity != null) {
            identity.close();
        }
        dns.close();
        proxy.close();
        tls.close();
        mainLoop.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
}
