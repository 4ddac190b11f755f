package io.weft.proxy.telemetry;

import io.netty.util.NetUtil;
import io.weft.proxy.cluster.Host;
import io.weft.proxy.config.Address;
import io.weft.proxy.exchange.ExchangeRecord;
import io.weft.proxy.listen.ResponseFlag;
import io.weft.proxy.tls.PeerCertificate;
import io.weft.proxy.tls.TlsSession;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Operators that yield text, by Envoy's names; those of TLS groups and of the upstream's own SPIFFE id are Weft's. Null
 * is shown as a dash, or as JSON's null.
 */
enum TextFact {
    PROTOCOL(entry -> entry.exchange() == null ? null : entry.exchange().protocol()),
    UPSTREAM_PROTOCOL(
            entry -> entry.exchange() == null ? null : some(entry.exchange().upstreamProtocol())),
    RESPONSE_FLAGS(entry -> flags(entry, false)),
    RESPONSE_FLAGS_LONG(entry -> flags(entry, true)),
    RESPONSE_CODE_DETAILS(
            entry -> entry.exchange() == null ? null : word(entry.exchange().details())),
    CONNECTION_TERMINATION_DETAILS(entry -> word(entry.connection().details())),
    UPSTREAM_TRANSPORT_FAILURE_REASON(TextFact::upstreamFailure),
    DOWNSTREAM_TRANSPORT_FAILURE_REASON(TextFact::downstreamFailure),
    UPSTREAM_HOST(TextFact::upstreamHost),
    UPSTREAM_REMOTE_ADDRESS(TextFact::upstreamHost),
    UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(TextFact::upstreamIp),
    UPSTREAM_CLUSTER(entry -> some(entry.cluster())),
    UPSTREAM_CLUSTER_RAW(entry -> some(entry.cluster())),
    UPSTREAM_LOCAL_ADDRESS(entry -> some(entry.upstreamLocal())),
    DOWNSTREAM_LOCAL_ADDRESS(
            entry -> NetUtil.toSocketAddressString(entry.connection().destination())),
    DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT(
            entry -> NetUtil.toAddressString(entry.connection().destination().getAddress())),
    DOWNSTREAM_DIRECT_LOCAL_ADDRESS(
            entry -> NetUtil.toSocketAddressString(entry.connection().local())),
    DOWNSTREAM_REMOTE_ADDRESS(
            entry -> NetUtil.toSocketAddressString(entry.connection().source())),
    DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(
            entry -> NetUtil.toAddressString(entry.connection().source().getAddress())),
    DOWNSTREAM_DIRECT_REMOTE_ADDRESS(
            entry -> NetUtil.toSocketAddressString(entry.connection().source())),
    DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT(
            entry -> NetUtil.toAddressString(entry.connection().source().getAddress())),
    REQUESTED_SERVER_NAME(entry -> some(entry.connection().requestedServerName())),
    ROUTE_NAME(entry -> entry.exchange() == null ? null : some(entry.exchange().route())),
    FILTER_CHAIN_NAME(entry -> some(entry.connection().chain())),
    /** Virtual clusters are not supported, so there is none. */
    VIRTUAL_CLUSTER_NAME(entry -> null),

    DOWNSTREAM_PEER_URI_SAN(entry -> uris(entry.connection().tls())),
    DOWNSTREAM_PEER_DNS_SAN(entry -> peer(
            entry.connection().tls(), peer -> peer.dnsNames().isEmpty() ? null : String.join(",", peer.dnsNames()))),
    DOWNSTREAM_PEER_SUBJECT(entry -> peer(entry.connection().tls(), peer -> some(peer.subject()))),
    DOWNSTREAM_PEER_ISSUER(entry -> peer(entry.connection().tls(), peer -> some(peer.issuer()))),
    DOWNSTREAM_PEER_SERIAL(entry -> peer(entry.connection().tls(), PeerCertificate::serial)),
    DOWNSTREAM_PEER_FINGERPRINT_256(entry -> peer(entry.connection().tls(), PeerCertificate::sha256)),
    DOWNSTREAM_LOCAL_URI_SAN(entry -> local(entry.connection().tls())),
    DOWNSTREAM_TLS_VERSION(entry -> session(entry.connection().tls(), TlsSession::version)),
    DOWNSTREAM_TLS_CIPHER(entry -> session(entry.connection().tls(), TlsSession::cipher)),
    DOWNSTREAM_TLS_GROUP(entry -> session(entry.connection().tls(), TlsSession::group)),

    UPSTREAM_PEER_URI_SAN(entry -> uris(entry.upstreamTls())),
    UPSTREAM_PEER_SUBJECT(entry -> peer(entry.upstreamTls(), peer -> some(peer.subject()))),
    UPSTREAM_PEER_ISSUER(entry -> peer(entry.upstreamTls(), peer -> some(peer.issuer()))),
    UPSTREAM_LOCAL_URI_SAN(entry -> local(entry.upstreamTls())),
    UPSTREAM_TLS_VERSION(entry -> session(entry.upstreamTls(), TlsSession::version)),
    UPSTREAM_TLS_CIPHER(entry -> session(entry.upstreamTls(), TlsSession::cipher)),
    UPSTREAM_TLS_GROUP(entry -> session(entry.upstreamTls(), TlsSession::group));

    private static final String HANDSHAKE_FAILED = "tls_handshake_failed: ";

    @SuppressWarnings("ImmutableEnumChecker") // functions without state
    private final Function<LogEntry, @Nullable String> source;

    TextFact(Function<LogEntry, @Nullable String> source) {
        this.source = source;
    }

    @Nullable
    String of(LogEntry entry) {
        return source.apply(entry);
    }

    private static @Nullable String some(String text) {
        return text.isEmpty() ? null : text;
    }

    /** Formats put details between spaces, so, as in Envoy, they hold none. */
    private static @Nullable String word(String text) {
        return text.isEmpty() ? null : text.replace(' ', '_');
    }

    private static @Nullable String flags(LogEntry entry, boolean longNames) {
        StringBuilder all = null;
        for (ResponseFlag flag : ResponseFlag.values()) {
            if (entry.has(flag)) {
                all = all == null ? new StringBuilder() : all.append(',');
                all.append(longNames ? flag.longName() : flag.name());
            }
        }
        return all == null ? null : all.toString();
    }

    private static @Nullable String upstreamFailure(LogEntry entry) {
        ExchangeRecord exchange = entry.exchange();
        if (exchange != null) {
            return some(exchange.upstreamFailure());
        }
        return entry.has(ResponseFlag.UF) ? some(entry.connection().details()) : null;
    }

    private static @Nullable String downstreamFailure(LogEntry entry) {
        String details = entry.connection().details();
        return details.startsWith(HANDSHAKE_FAILED) ? details.substring(HANDSHAKE_FAILED.length()) : null;
    }

    private static @Nullable String upstreamHost(LogEntry entry) {
        Host host = entry.host();
        return host == null ? null : host.endpoint().address().toString();
    }

    private static @Nullable String upstreamIp(LogEntry entry) {
        Host host = entry.host();
        return host != null && host.endpoint().address() instanceof Address.Socket socket ? socket.host() : null;
    }

    private static @Nullable String session(@Nullable TlsSession session, Function<TlsSession, @Nullable String> fact) {
        return session == null ? null : fact.apply(session);
    }

    private static @Nullable String peer(
            @Nullable TlsSession session, Function<PeerCertificate, @Nullable String> fact) {
        PeerCertificate peer = session == null ? null : session.peer();
        return peer == null ? null : fact.apply(peer);
    }

    private static @Nullable String uris(@Nullable TlsSession session) {
        return peer(session, peer -> peer.uris().isEmpty() ? null : String.join(",", peer.uris()));
    }

    private static @Nullable String local(@Nullable TlsSession session) {
        return session == null || session.localId() == null
                ? null
                : session.localId().toString();
    }
}
