package io.weft.proxy.cluster;

import io.weft.proxy.config.UpstreamTls;
import io.weft.proxy.connect.Dialer;
import io.weft.proxy.pool.ConnectionLimit;
import io.weft.proxy.pool.HostPool;
import io.weft.proxy.pool.RequestLimit;
import io.weft.proxy.tls.TlsContexts;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint's pools on one event loop: one per protocol, and where the request's authority decides how its connections
 * are made, one per protocol and name. A connection made for one name never serves another.
 */
final class Pools {

    /** Names come from clients, so there is a bound; pools that hold nothing are dropped before. */
    private static final int MAX_NAMES = 1024;

    /** From so many names on, unused ones are looked for whenever another comes. */
    private static final int MANY_NAMES = 64;

    /** Makes connections of one protocol. */
    interface Connecting {
        void connect(HostPool pool, Dialer.Target target, boolean overHttp2);

        void remind(Runnable task, long nanos);
    }

    private record Connector(Connecting connecting, Dialer.Target to, boolean overHttp2) implements HostPool.Connector {
        @Override
        public void connect(HostPool pool) {
            connecting.connect(pool, to, overHttp2);
        }

        @Override
        public void remind(Runnable task, long nanos) {
            connecting.remind(task, nanos);
        }
    }

    private record Key(String name, boolean overHttp2) {}

    private final ConnectionLimit limit;
    private final RequestLimit requests;
    private final Dialer.Target target;
    private final Connecting connecting;
    private final Map<Key, HostPool> named = new HashMap<>(0);
    private @Nullable HostPool http1;
    private @Nullable HostPool http2;
    private boolean closed;

    Pools(ConnectionLimit limit, RequestLimit requests, Dialer.Target target, Connecting connecting) {
        this.limit = limit;
        this.requests = requests;
        this.target = target;
        this.connecting = connecting;
    }

    /** The pool for a request, made when it is first asked for. */
    HostPool of(boolean overHttp2, String authority) {
        UpstreamTls tls = target.tls();
        String name = tls == null ? null : TlsContexts.nameOf(tls, authority);
        if (name != null) {
            return named(new Key(name, overHttp2), authority);
        }
        HostPool pool = overHttp2 ? http2 : http1;
        if (pool == null) {
            pool = made(overHttp2, target, limit);
            if (overHttp2) {
                http2 = pool;
            } else {
                http1 = pool;
            }
        }
        return pool;
    }

    private HostPool named(Key key, String authority) {
        HostPool pool = named.get(key);
        if (pool == null) {
            if (named.size() >= MANY_NAMES) {
                named.values().removeIf(HostPool::isUnused);
            }
            if (named.size() >= MAX_NAMES) {
                return made(key.overHttp2(), target, ConnectionLimit.nothing()); // takes nobody
            }
            pool = made(key.overHttp2(), target.withAuthority(authority), limit);
            named.put(key, pool);
        }
        return pool;
    }

    private HostPool made(boolean overHttp2, Dialer.Target to, ConnectionLimit bounds) {
        HostPool pool = new HostPool(new Connector(connecting, to, overHttp2), bounds, requests, overHttp2);
        if (closed) {
            pool.close();
        }
        return pool;
    }

    void close() {
        closed = true;
        List.copyOf(named.values()).forEach(HostPool::close);
        HostPool one = http1;
        if (one != null) {
            one.close();
        }
        HostPool two = http2;
        if (two != null) {
            two.close();
        }
    }

    /** Established connections. */
    int connections() {
        return connections(http1) + connections(http2) + connections(named.values());
    }

    private static int connections(@Nullable HostPool pool) {
        return pool == null ? 0 : pool.connections();
    }

    private static int connections(Collection<HostPool> pools) {
        int sum = 0;
        for (HostPool pool : pools) {
            sum += pool.connections();
        }
        return sum;
    }
}
