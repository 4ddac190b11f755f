package io.weft.proxy.testing;

import io.weft.proxy.cluster.ClusterReport;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.exchange.ExchangeRecord;
import io.weft.proxy.listen.Connection;
import io.weft.proxy.listen.ResponseFlag;
import io.weft.proxy.runtime.Proxy;
import io.weft.proxy.tls.TlsContexts;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A real proxy in this process, on real sockets; with one event loop where no other number is given. */
public final class RunningProxy implements AutoCloseable {

    /** What the access log would say of an exchange. */
    public record Logged(int status, String details, String cluster, int attempts, Set<ResponseFlag> flags) {}

    private final TlsContexts tls;
    private final Proxy proxy;
    private final BlockingQueue<Logged> log = new LinkedBlockingQueue<>();
    private final BlockingQueue<Connection> connections = new LinkedBlockingQueue<>();

    public RunningProxy(Snapshot snapshot) {
        this(snapshot, 1);
    }

    public RunningProxy(Snapshot snapshot, int loops) {
        this.tls = TlsContexts.of(snapshot);
        this.proxy = new Proxy(
                loops,
                tls,
                (connection, upstream) -> connections.add(connection),
                (record, now) -> log.add(logged(record)));
        apply(snapshot);
    }

    private static Logged logged(ExchangeRecord record) {
        return new Logged(record.status(), record.details(), record.cluster(), record.attempts(), flags(record::has));
    }

    private static Set<ResponseFlag> flags(Predicate<ResponseFlag> has) {
        Set<ResponseFlag> flags = EnumSet.noneOf(ResponseFlag.class);
        for (ResponseFlag flag : ResponseFlag.values()) {
            if (has.test(flag)) {
                flags.add(flag);
            }
        }
        return flags;
    }

    public static Set<ResponseFlag> flags(Connection connection) {
        return flags(connection::has);
    }

    public void apply(Snapshot snapshot) {
        List<String> problems = proxy.apply(snapshot);
        if (!problems.isEmpty()) {
            throw new AssertionError(problems);
        }
    }

    public Proxy proxy() {
        return proxy;
    }

    /** How busy a cluster is that was used before. */
    public ClusterReport.Traffic traffic(String cluster) {
        return Objects.requireNonNull(proxy.reports().get(cluster)).totals();
    }

    /** The fixture's one listener. */
    public io.weft.proxy.config.Listener listener() {
        return proxy.current().listeners().values().iterator().next();
    }

    public int port() {
        return proxy.bound().getFirst().addresses().getFirst().getPort();
    }

    public Client connect() throws java.io.IOException {
        return new Client(port());
    }

    /** The next finished exchange. */
    public Logged logged() throws InterruptedException {
        Logged next = log.poll(10, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no exchange ended");
        }
        return next;
    }

    /** Why the next finished connection that was not HTTP ended. */
    public String connectionEnded() throws InterruptedException {
        return ended().details();
    }

    /** The next finished connection that was not HTTP. */
    public Connection ended() throws InterruptedException {
        Connection next = connections.poll(10, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no connection ended");
        }
        return next;
    }

    @Override
    public void close() {
        proxy.close();
        tls.close();
    }
}
