package io.weft.proxy.tls;

import io.weft.proxy.config.Cluster;
import io.weft.proxy.config.DownstreamTls;
import io.weft.proxy.config.FilterChain;
import io.weft.proxy.config.Secret;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.config.TlsParameters;
import io.weft.proxy.config.TlsParameters.CertificateSource;
import io.weft.proxy.config.TlsParameters.TrustSource;
import io.weft.proxy.config.UpstreamTls;
import io.weft.proxy.tls.ContextKey.Side;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which context a configuration needs, its secrets looked up. What cannot be met is refused here already. */
final class ContextKeys {
    private ContextKeys() {}

    /** Of everything that a snapshot configures; what misses a secret is left out. */
    static Set<ContextKey> wanted(Snapshot snapshot) {
        Map<String, Secret> secrets = snapshot.secrets();
        Set<ContextKey> keys = new LinkedHashSet<>();
        downstream(snapshot).forEach(tls -> add(keys, () -> server(tls, secrets)));
        upstream(snapshot).forEach(tls -> add(keys, () -> client(tls, secrets)));
        return keys;
    }

    private static Stream<DownstreamTls> downstream(Snapshot snapshot) {
        return snapshot.listeners().values().stream()
                .flatMap(listener ->
                        Stream.concat(listener.chains().stream(), Stream.ofNullable(listener.defaultChain())))
                .map(FilterChain::tls)
                .flatMap(Stream::ofNullable);
    }

    private static Stream<UpstreamTls> upstream(Snapshot snapshot) {
        return snapshot.clusters().values().stream()
                .flatMap(cluster -> Stream.concat(
                        Stream.ofNullable(cluster.tls()),
                        cluster.transports().stream()
                                .map(Cluster.TransportMatch::tls)
                                .flatMap(Stream::ofNullable)));
    }

    private interface KeySource {
        ContextKey key() throws TlsUnavailable;
    }

    private static void add(Set<ContextKey> keys, KeySource source) {
        try {
            keys.add(source.key());
        } catch (TlsUnavailable e) {
            // Nothing can be made ahead; each connection that needs it is refused with the reason.
            return;
        }
    }

    static ContextKey server(DownstreamTls tls, Map<String, Secret> secrets) throws TlsUnavailable {
        Secret.Certificate certificate = certificate(tls.parameters(), secrets);
        if (certificate == null) {
            throw new TlsUnavailable("TLS is to be terminated without a certificate");
        }
        Secret.Trust trust = trust(tls.parameters(), secrets);
        if (trust == null && (tls.requireClientCertificate() || namesExpected(tls.parameters()))) {
            throw new TlsUnavailable("client certificates are demanded but no roots say which are trusted");
        }
        Side side = tls.requireClientCertificate() ? Side.SERVER_DEMANDING : Side.SERVER;
        return ContextKey.of(side, tls.parameters(), certificate, trust);
    }

    static ContextKey client(UpstreamTls tls, Map<String, Secret> secrets) throws TlsUnavailable {
        Secret.Trust trust = trust(tls.parameters(), secrets);
        if (trust == null && (tls.autoSanValidation() || namesExpected(tls.parameters()))) {
            throw new TlsUnavailable("the server's name is expected but no roots say which certificates are trusted");
        }
        return ContextKey.of(Side.CLIENT, tls.parameters(), certificate(tls.parameters(), secrets), trust);
    }

    private static boolean namesExpected(TlsParameters parameters) {
        return !parameters.validation().names().isEmpty();
    }

    private static Secret.@Nullable Certificate certificate(TlsParameters parameters, Map<String, Secret> secrets)
            throws TlsUnavailable {
        return switch (parameters.certificate()) {
            case null -> null;
            case CertificateSource.Inline(Secret.Certificate inline) -> inline;
            case CertificateSource.Named(String name) -> {
                if (secrets.get(name) instanceof Secret.Certificate found) {
                    yield found;
                }
                throw new TlsUnavailable("secret '" + name + "': expected a certificate, found none");
            }
        };
    }

    private static Secret.@Nullable Trust trust(TlsParameters parameters, Map<String, Secret> secrets)
            throws TlsUnavailable {
        return switch (parameters.validation().trust()) {
            case null -> null;
            case TrustSource.Inline(Secret.Trust inline) -> inline;
            case TrustSource.Named(String name) -> {
                if (secrets.get(name) instanceof Secret.Trust found) {
                    yield found;
                }
                throw new TlsUnavailable("secret '" + name + "': expected trusted roots, found none");
            }
        };
    }
}
