package io.weft.proxy.cluster;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.weft.proxy.balance.Candidate;
import io.weft.proxy.config.Cluster;
import io.weft.proxy.connect.Dialer;
import io.weft.proxy.http1.Http1Client;
import io.weft.proxy.http2.Http2Client;
import io.weft.proxy.http2.Http2Frames;
import io.weft.proxy.pool.HostPool;
import io.weft.proxy.pool.PooledConnection;
import io.weft.proxy.pool.StreamReceiver.Failure;
import io.weft.proxy.tls.IstioAlpn;
import io.weft.proxy.worker.Worker;
import org.jspecify.annotations.Nullable;

/** One endpoint of a cluster on one event loop: how busy it is and the connections to it. */
public final class Host implements Candidate {

    private final Worker worker;
    private final Dialer dialer;
    private final Cluster cluster;
    private final Dialer.Target target;
    private Cluster.Endpoint endpoint;
    private @Nullable HostPool http1;
    private @Nullable HostPool http2;
    private int active;
    private long begun;
    private long made;
    private long failed;
    private int carrying;
    private boolean removed;

    Host(Worker worker, Dialer dialer, Cluster cluster, Cluster.Endpoint endpoint) {
        this.worker = worker;
        this.dialer = dialer;
        this.cluster = cluster;
        this.endpoint = endpoint;
        this.target = Dialer.Target.of(cluster, endpoint);
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

    /** The pool for a protocol, made when it is first asked for. */
    public HostPool pool(boolean overHttp2) {
        HostPool pool = overHttp2 ? http2 : http1;
        if (pool == null) {
            pool = new HostPool(overHttp2 ? this::connectHttp2 : this::connectHttp1, cluster.limits(), overHttp2);
            if (overHttp2) {
                http2 = pool;
            } else {
                http1 = pool;
            }
            if (removed) {
                pool.close();
            }
        }
        return pool;
    }

    private void connectHttp1(HostPool pool) {
        dialer.dial(target, new Connected(pool) {
            @Override
            PooledConnection install(Channel channel) {
                return installHttp1(channel, pool);
            }
        });
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

    private void connectHttp2(HostPool pool) {
        dialer.dial(target, new Connected(pool) {
            @Override
            PooledConnection install(Channel channel) {
                if (cluster.protocol() == Cluster.Protocol.ALPN && !agreedOnHttp2(channel)) {
                    return installHttp1(channel, pool);
                }
                Http2Client client = Http2Frames.client(
                        worker, pool, cluster.idleTimeout().toNanos(), cluster.maxRequestsPerConnection());
                channel.pipeline().addLast(client);
                return client;
            }
        });
    }

    private abstract class Connected implements Dialer.Dialed {
        private final HostPool pool;

        Connected(HostPool pool) {
            this.pool = pool;
        }

        abstract PooledConnection install(Channel channel);

        @Override
        public void connected(Channel channel) {
            made++;
            pool.connected(install(channel));
        }

        @Override
        public void failed(Failure failure) {
            connectFailed();
            pool.connectFailed(failure);
        }
    }

    /** The endpoint is no longer in the cluster: what runs on it ends by itself. */
    void remove() {
        removed = true;
        HostPool one = http1;
        if (one != null) {
            one.close();
        }
        HostPool two = http2;
        if (two != null) {
            two.close();
        }
    }

    /** Established pooled connections. */
    public int connections() {
        HostPool one = http1;
        HostPool two = http2;
        return (one == null ? 0 : one.connections()) + (two == null ? 0 : two.connections());
    }

    @Override
    public String toString() {
        return endpoint.address().toString();
    }
}
