package io.weft.proxy.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.weft.proxy.cluster.ClusterState;
import io.weft.proxy.cluster.Clusters;
import io.weft.proxy.cluster.Host;
import io.weft.proxy.config.ClusterChoice;
import io.weft.proxy.config.TcpProxy;
import io.weft.proxy.connect.Dialer;
import io.weft.proxy.listen.Connection;
import io.weft.proxy.listen.ResponseFlag;
import io.weft.proxy.pool.ConnectionLimit;
import io.weft.proxy.pool.LocalAddress;
import io.weft.proxy.pool.StreamReceiver.Failure;
import io.weft.proxy.tls.HalfClose;
import io.weft.proxy.tls.TlsSession;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The dial on behalf of one TCP connection. It may begin before anybody knows whether the connection is opaque at all:
 * bytes that the endpoint sends meanwhile are kept, and the first of them settles the question, for only an endpoint
 * that speaks first would send any.
 */
public final class TcpUpstream implements Dialer.Dialed {

    /** Hears of the dial once a terminal handler has taken it over. */
    public interface Taker {
        void connected(Channel channel);

        void failed(ResponseFlag flag, String details);
    }

    private final Connection connection;
    private final Clusters clusters;
    private final Dialer dialer;
    private final TcpProxy settings;
    private final Runnable onSpeech;
    private final ArrayDeque<ByteBuf> early = new ArrayDeque<>(1);

    private String cluster = "";
    private @Nullable Host host;
    private @Nullable ConnectionLimit limit;
    private @Nullable Channel channel;
    private @Nullable Taker taker;
    private @Nullable ResponseFlag failure;
    private String failureDetails = "";
    private @Nullable TlsSession session;
    private String localAddress = "";
    private int attempts;
    private boolean connected;
    private boolean counted;
    private boolean cancelled;

    /** @param onSpeech runs when the endpoint is the first to speak, before the dial has been taken over */
    public TcpUpstream(Connection connection, Clusters clusters, Dialer dialer, TcpProxy settings, Runnable onSpeech) {
        this.connection = connection;
        this.clusters = clusters;
        this.dialer = dialer;
        this.settings = settings;
        this.onSpeech = onSpeech;
    }

    public void begin() {
        cluster = switch (settings.cluster()) {
            case ClusterChoice.Single single -> single.cluster();
            case ClusterChoice.Weighted weighted ->
                weighted.at(connection.worker().dice().below(weighted.totalWeight()));
        };
        attempt();
    }

    private void attempt() {
        attempts++;
        ClusterState state = clusters.find(cluster);
        if (state == null) {
            fail(ResponseFlag.NC, "cluster_not_found");
            return;
        }
        ConnectionLimit connections = state.connections();
        if (!connections.connect()) {
            fail(ResponseFlag.UO, "max_connections");
            return;
        }
        Host picked = state.pick(connection);
        if (picked == null) {
            connections.disconnected();
            fail(ResponseFlag.UH, "no_healthy_upstream");
            return;
        }
        limit = connections;
        host = picked;
        picked.begin();
        counted = true;
        channel = dialer.dial(picked.target(), this);
    }

    @Override
    public void connected(Channel dialed) {
        if (cancelled) {
            dialed.close();
            return;
        }
        channel = dialed;
        connected = true;
        Host at = host;
        if (at != null) {
            at.carry();
        }
        HalfClose.allow(dialed);
        session = TlsSession.of(dialed);
        localAddress = LocalAddress.text(dialed);
        Taker waiting = taker;
        if (waiting != null) {
            waiting.connected(dialed);
        } else {
            dialed.pipeline().addLast(EarlySpeech.NAME, new EarlySpeech(early, onSpeech));
        }
    }

    @Override
    public void failed(Failure problem) {
        if (cancelled) {
            return;
        }
        Host at = host;
        if (at != null) {
            at.connectFailed();
        }
        endAtHost();
        if (attempts < settings.maxConnectAttempts()) {
            attempt();
        } else {
            fail(ResponseFlag.UF, problem.details());
        }
    }

    private void fail(ResponseFlag flag, String details) {
        failure = flag;
        failureDetails = details;
        Taker waiting = taker;
        if (waiting != null) {
            waiting.failed(flag, details);
        }
    }

    /** The connection turned out to be opaque: from now on {@code next} hears of the dial. */
    public void takenBy(Taker next) {
        taker = next;
        ResponseFlag failed = failure;
        Channel dialed = channel;
        if (failed != null) {
            next.failed(failed, failureDetails);
        } else if (connected && dialed != null) {
            next.connected(dialed);
        }
    }

    /** Bytes the endpoint sent before the dial was taken over; the caller owns them. */
    ArrayDeque<ByteBuf> early() {
        return early;
    }

    /** The endpoint of the last attempt; null if there was none. */
    public @Nullable Host host() {
        return host;
    }

    /** The channel that was dialled last; null while there is none. */
    @Nullable
    Channel channel() {
        return channel;
    }

    public String cluster() {
        return cluster;
    }

    public TcpProxy settings() {
        return settings;
    }

    public int attempts() {
        return attempts;
    }

    /** Where the connection was made from; empty if none was. */
    public String localAddress() {
        return localAddress;
    }

    /** What the handshake with the endpoint agreed on; null where there was none. */
    public @Nullable TlsSession tls() {
        return session;
    }

    /** Whether the endpoint was reached. */
    public boolean isCarried() {
        return connected;
    }

    /** The connection is over, or is not opaque after all. */
    public void close() {
        if (cancelled) {
            return;
        }
        cancelled = true;
        Host at = host;
        if (connected && at != null) {
            at.uncarry();
        }
        endAtHost();
        Channel dialed = channel;
        if (dialed != null) {
            dialed.close();
        }
        ByteBuf piece;
        while ((piece = early.pollFirst()) != null) {
            piece.release();
        }
    }

    private void endAtHost() {
        if (counted) {
            counted = false;
            Host at = host;
            if (at != null) {
                at.end();
            }
            ConnectionLimit taken = limit;
            if (taken != null) {
                taken.disconnected();
            }
        }
    }
}
