package io.weft.proxy.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.IllegalReferenceCountException;
import io.weft.proxy.config.DownstreamTls;
import io.weft.proxy.config.Secret;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.config.UpstreamTls;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The TLS contexts of this proxy, one for each difference in content ({@code ContextKey}), whatever the number of
 * listeners and clusters. {@link #update} is called by one thread, not an event loop, with each new snapshot: it makes the
 * contexts that the snapshot needs, then lets go of those it does not; open connections keep theirs. Handlers are made on
 * any event loop without a lock.
 */
public final class TlsContexts implements AutoCloseable {
    /** Made ahead of use; more than this many different ones are made at first use, which takes a few milliseconds. */
    private static final int MADE_AHEAD = 64;

    private static final int ATTEMPTS = 8;
    private static final Duration UPSTREAM_HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);
    private static final System.Logger LOG = System.getLogger("io.weft.proxy.tls");

    private final InstantSource clock;
    private final ConcurrentMap<ContextKey, BuiltContext> contexts = new ConcurrentHashMap<>();
    private volatile Map<String, Secret> secrets = Map.of();
    private volatile boolean closed;

    private TlsContexts(InstantSource clock) {
        this.clock = clock;
    }

    public static TlsContexts of(Snapshot snapshot) {
        return of(snapshot, InstantSource.system());
    }

    /** @param clock says whether certificates are valid */
    public static TlsContexts of(Snapshot snapshot, InstantSource clock) {
        TlsContexts made = new TlsContexts(clock);
        made.update(snapshot);
        return made;
    }

    /** New handshakes use the secrets of this snapshot from now on. */
    public synchronized void update(Snapshot snapshot) {
        if (closed) {
            return;
        }
        Set<ContextKey> wanted = ContextKeys.wanted(snapshot);
        // Made before the switch, so that no event loop waits for a context that could have been ready.
        wanted.stream().limit(MADE_AHEAD).forEach(this::built);
        secrets = snapshot.secrets();
        for (ContextKey key : contexts.keySet()) {
            if (!wanted.contains(key)) {
                discard(key);
            }
        }
    }

    /**
     * A handler for an accepted connection, to be added to its pipeline at once; a handler that never is added must be
     * released by its engine.
     *
     * @throws TlsUnavailable when the connection must be refused
     */
    public SslHandler newServerHandler(DownstreamTls tls, ByteBufAllocator alloc) throws TlsUnavailable {
        return handler(
                ContextKeys.server(tls, secrets),
                alloc,
                new ConnectionTls(
                        new ExpectedNames(tls.parameters().validation().names()), null, tls.handshakeTimeout()));
    }

    /**
     * A handler for a connection that we made, to be added to its pipeline at once.
     *
     * @param authority the request's authority, with or without a port; used only where the cluster says so. A connection
     *     made with one must not be used for another authority then.
     * @throws TlsUnavailable when the connection must not be used
     */
    public SslHandler newClientHandler(UpstreamTls tls, ByteBufAllocator alloc, @Nullable String authority)
            throws TlsUnavailable {
        ContextKey key = ContextKeys.client(tls, secrets);
        Optional<String> host =
                authority != null && nameOf(tls, authority) != null ? ServerNames.host(authority) : Optional.empty();
        ExpectedNames expected = new ExpectedNames(tls.parameters().validation().names());
        if (tls.autoSanValidation()) {
            expected = ExpectedNames.host(validatedHost(tls, host, authority));
        }
        Optional<String> sent = tls.autoSni() ? host : Optional.empty();
        String serverName = sent.or(() -> Optional.of(tls.sni()))
                .flatMap(ServerNames::sendable)
                .orElse(null);
        return handler(key, alloc, new ConnectionTls(expected, serverName, UPSTREAM_HANDSHAKE_TIMEOUT));
    }

    /**
     * What of a request's authority decides the handshake of its connections; null where nothing does. A connection made
     * for one such name must not be used for another.
     */
    public static @Nullable String nameOf(UpstreamTls tls, String authority) {
        return tls.autoSni() || tls.autoSanValidation()
                ? ServerNames.host(authority).orElse("")
                : null;
    }

    /**
     * What the handshake agreed on.
     *
     * @param handler one of ours
     * @throws IllegalStateException before the handshake has succeeded
     */
    public TlsSession session(SslHandler handler) {
        if (handler instanceof TlsHandler ours) {
            return ours.session();
        }
        throw new IllegalArgumentException("TLS handler " + handler + " was not made here");
    }

    /** No handler is made after this; open connections go on. */
    @Override
    public synchronized void close() {
        closed = true;
        contexts.keySet().forEach(this::discard);
    }

    int size() {
        return contexts.size();
    }

    /** Connections whose handshake has not ended. */
    int handshaking() {
        return contexts.values().stream()
                .mapToInt(built -> built instanceof BuiltContext.Ready(TlsContext context)
                        ? context.peers().handshaking()
                        : 0)
                .sum();
    }

    private SslHandler handler(ContextKey key, ByteBufAllocator alloc, ConnectionTls connection) throws TlsUnavailable {
        for (int attempt = 0; attempt < ATTEMPTS && !closed; attempt++) {
            try {
                return switch (built(key)) {
                    case BuiltContext.Ready(TlsContext context) ->
                        context.newHandler(alloc, connection, clock.instant());
                    case BuiltContext.Unusable(String reason) -> throw new TlsUnavailable(reason);
                };
            } catch (IllegalReferenceCountException e) {
                // Discarded between look-up and use. It left the map before, so the next look-up makes another.
                LOG.log(Level.DEBUG, "a TLS context was discarded while it was looked up");
            }
        }
        throw new TlsUnavailable(closed ? "the proxy is closing" : "TLS contexts are replaced faster than used");
    }

    private BuiltContext built(ContextKey key) {
        BuiltContext built = contexts.computeIfAbsent(key, missing -> ContextFactory.build(missing, clock));
        if (closed) {
            // Closed meanwhile, perhaps after close() went through the map; whoever uses it finds it released.
            discard(key);
        }
        return built;
    }

    private void discard(ContextKey key) {
        // Removed first: whoever still finds it must be able to make another.
        if (contexts.remove(key) instanceof BuiltContext.Ready(TlsContext context)) {
            context.release();
        }
    }

    private static String validatedHost(UpstreamTls tls, Optional<String> host, @Nullable String authority)
            throws TlsUnavailable {
        String name = host.orElse(tls.autoSni() ? "" : tls.sni());
        if (name.isEmpty() || name.length() > ServerNames.MAX_CHARS) {
            throw new TlsUnavailable("the server is to be verified by the request's authority; expected a host of 1 to "
                    + ServerNames.MAX_CHARS + " characters, got "
                    + (authority == null ? "none" : authority.length() + " characters"));
        }
        return name;
    }
}
