package io.weft.proxy.listen;

import io.weft.proxy.authorize.Caller;
import io.weft.proxy.config.FilterChain;
import io.weft.proxy.config.HttpConnectionManager;
import io.weft.proxy.config.Listener;
import io.weft.proxy.tls.PeerCertificate;
import io.weft.proxy.tls.TlsSession;
import io.weft.proxy.worker.Worker;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An accepted connection: where it came from, where it wanted to go, who is behind it. Belongs to one event loop.
 */
public final class Connection {

    private final Worker worker;
    private final long id;
    private final Listener listener;
    private final InetSocketAddress source;
    private final InetSocketAddress local;
    private final InetSocketAddress destination;
    private final long began;

    private @Nullable TlsSession tls;
    private String requestedServerName = "";
    private @Nullable FilterChain chain;
    private @Nullable Caller caller;
    private @Nullable String clientCertificateHeader;
    private int flags;
    private String details = "";
    private long received;
    private long sent;

    public Connection(
            Worker worker,
            long id,
            Listener listener,
            InetSocketAddress source,
            InetSocketAddress local,
            InetSocketAddress destination) {
        this.worker = worker;
        this.id = id;
        this.listener = listener;
        this.source = source;
        this.local = local;
        this.destination = destination;
        this.began = worker.now();
    }

    public Worker worker() {
        return worker;
    }

    /** Unique within the process. */
    public long id() {
        return id;
    }

    public Listener listener() {
        return listener;
    }

    /** The peer of the TCP connection. */
    public InetSocketAddress source() {
        return source;
    }

    /** The socket's own address. */
    public InetSocketAddress local() {
        return local;
    }

    /** Where the connection wanted to go before it was redirected; the local address where it was not. */
    public InetSocketAddress destination() {
        return destination;
    }

    /** {@link System#nanoTime} when it was accepted. */
    public long began() {
        return began;
    }

    public boolean isTls() {
        return tls != null;
    }

    /** Facts of the finished handshake; null without TLS. */
    public @Nullable TlsSession tls() {
        return tls;
    }

    public void secured(TlsSession session) {
        tls = session;
        caller = null;
    }

    /** SNI; empty for none. */
    public String requestedServerName() {
        return requestedServerName;
    }

    public void requestedServerName(String name) {
        requestedServerName = name;
    }

    /** Name of the filter chain that took it. */
    public String chain() {
        return chain == null ? "" : chain.name();
    }

    /** The filter chain that took it; null while none has. */
    public @Nullable FilterChain filterChain() {
        return chain;
    }

    public void chain(FilterChain taken) {
        chain = taken;
    }

    private @Nullable PeerCertificate peer() {
        TlsSession session = tls;
        return session == null ? null : session.peer();
    }

    public boolean hasClientCertificate() {
        return peer() != null;
    }

    /** Who this is, as policy sees it. */
    public Caller caller() {
        Caller known = caller;
        if (known == null) {
            PeerCertificate peer = peer();
            known = Caller.of(
                    source,
                    destination,
                    requestedServerName.isEmpty() ? null : requestedServerName,
                    peer == null
                            ? new Caller.Peer.Anonymous()
                            : new Caller.Peer.Certified(peer.uris(), peer.dnsNames(), peer.subject()));
            caller = known;
        }
        return known;
    }

    /** This hop's element of {@code x-forwarded-client-cert}, made once. */
    public String clientCertificateHeader(HttpConnectionManager.Forwarded forwarded) {
        String made = clientCertificateHeader;
        if (made == null) {
            PeerCertificate peer = peer();
            TlsSession session = tls;
            made = peer == null || session == null
                    ? ""
                    : ClientCertificateHeader.of(peer, session.localId(), forwarded);
            clientCertificateHeader = made;
        }
        return made;
    }

    public void flag(ResponseFlag flag) {
        flags |= flag.bit();
    }

    public boolean has(ResponseFlag flag) {
        return (flags & flag.bit()) != 0;
    }

    /** Why it ended, if the proxy ended it; empty otherwise. */
    public String details() {
        return details;
    }

    public void details(String why) {
        details = why;
    }

    /** Bytes from the client. */
    public long received() {
        return received;
    }

    public void received(long bytes) {
        received += bytes;
    }

    /** Bytes to the client. */
    public long sent() {
        return sent;
    }

    public void sent(long bytes) {
        sent += bytes;
    }

    /** URI SANs of the peer; empty without a client certificate. */
    public List<String> peerUris() {
        PeerCertificate peer = peer();
        return peer == null ? List.of() : peer.uris();
    }

    @Override
    public String toString() {
        return "[C" + id + "] " + source + " -> " + destination;
    }
}
