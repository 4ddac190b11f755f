package io.weft.proxy.cluster;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.weft.proxy.balance.Candidate;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.connect.Dialer;
import io.weft.proxy.http1.Http1Client;
import io.weft.proxy.http2.Http2Client;
import io.weft.proxy.http2.Http2Frames;
import io.weft.proxy.pool.ConnectionLimit;
import io.weft.proxy.pool.HostPool;
import io.weft.proxy.pool.PooledConnection;
import io.weft.proxy.pool.RequestLimit;
import io.weft.proxy.pool.StreamReceiver.Failure;
import io.weft.proxy.tls.IstioAlpn;
import io.weft.proxy.worker.Deadline;
import io.weft.proxy.worker.Worker;

/** One endpoint of a cluster on one event loop: how busy it is and the connections to it. */
public final class Host implements Candidate {

    private final Worker worker;
    private final Dialer dialer;
    private final Cluster cluster;
    private final Dialer.Target target;
    private Cluster.Endpoint endpoint;
    private final RequestLimit requests;
    private final Pools pools;
    private int active;
    private long begun;
    private long made;
    private long failed;
    private int carrying;

    Host(
            Worker worker,
            Dialer dialer,
            Cluster cluster,
            Cluster.Endpoint endpoint,
            ConnectionLimit limit,
            RequestLimit requests) {
        this.worker = worker;
        this.dialer = dialer;
        this.cluster = cluster;
        this.endpoint = endpoint;
        this.requests = requests;
        this.target = Dialer.Target.of(cluster, endpoint);
        this.pools = new Pools(limit, requests, target, new Connecting());
    }

    public Cluster.Endpoint endpoint() {
        return endpoint;
    }

    /** Takes over what is told of the endpoint now: weight, health and place may differ, how it is reached does not. */
    void told(Cluster.Endpoint now) {
        endpoint = now;
    }

    /** How a connection to this endpoint is made. */
    public Dialer.Target target() {
        return target;
    }

    @Override
    public long weight() {
        return endpoint.weight();
    }

    @Override
    public int active() {
        return active;
    }

    /** An exchange or a TCP connection begins here. */
    public void begin() {
        active++;
        begun++;
    }

    public void end() {
        active--;
    }

    /** A connection that no pool keeps was made for a TCP connection; one {@link #uncarry} follows. */
    public void carry() {
        made++;
        carrying++;
    }

    public void uncarry() {
        carrying--;
    }

    /** A dial came to nothing. */
    public void connectFailed() {
        failed++;
    }

    ClusterReport.Traffic traffic() {
        return new ClusterReport.Traffic(made, connections() + carrying, failed, begun, active);
    }

    /**
     * The pool for a request.
     *
     * @param authority the request's, for clusters that take the server's name from it
     */
    public HostPool pool(boolean overHttp2, String authority) {
        return pools.of(overHttp2, authority);
    }

    /** How many requests the cluster takes at once. */
    public RequestLimit requests() {
        return requests;
    }

    private Http1Client installHttp1(Channel channel, HostPool pool) {
        Http1Client client =
                new Http1Client(worker, pool, cluster.idleTimeout().toNanos(), cluster.maxRequestsPerConnection());
        channel.pipeline().addLast(client);
        return client;
    }

    /** What the endpoint chose of the protocols offered; where it chose none, or there is no TLS, it is HTTP/1. */
    private static boolean agreedOnHttp2(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        return tls != null
                && IstioAlpn.inside(tls.applicationProtocol())
                        .filter(inside -> inside == IstioAlpn.Inside.HTTP_2)
                        .isPresent();
    }

    private static final class Reminder extends Deadline {
        private final Runnable task;

        Reminder(Runnable task) {
            this.task = task;
        }

        @Override
        protected void expired() {
            task.run();
        }
    }

    private final class Connecting implements Pools.Connecting {
        @Override
        public void connect(HostPool pool, Dialer.Target to, boolean overHttp2) {
            dialer.dial(to, new Connected(pool, overHttp2));
        }

        @Override
        public void remind(Runnable task, long nanos) {
            worker.deadlines().set(new Reminder(task), System.nanoTime(), nanos);
        }
    }

    private PooledConnection install(Channel channel, HostPool pool, boolean overHttp2) {
        if (!overHttp2 || (cluster.protocol() == Cluster.Protocol.ALPN && !agreedOnHttp2(channel))) {
            return installHttp1(channel, pool);
        }
        Http2Client client =
                Http2Frames.client(worker, pool, cluster.idleTimeout().toNanos(), cluster.maxRequestsPerConnection());
        channel.pipeline().addLast(client);
        return client;
    }

    private final class Connected implements Dialer.Dialed {
        private final HostPool pool;
        private final boolean overHttp2;

        Connected(HostPool pool, boolean overHttp2) {
            this.pool = pool;
            this.overHttp2 = overHttp2;
        }

        @Override
        public void connected(Channel channel) {
            made++;
            pool.connected(install(channel, pool, overHttp2));
        }

        @Override
        public void failed(Failure failure) {
            connectFailed();
            pool.connectFailed(failure);
        }
    }

    /** The endpoint is no longer in the cluster: what runs on it ends by itself. */
    void remove() {
        pools.close();
    }

    /** Established pooled connections. */
    public int connections() {
        return pools.connections();
    }

    @Override
    public String toString() {
        return endpoint.address().toString();
    }
}
