package io.weft.proxy.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.weft.certs.identity.PeerRole;
import io.weft.certs.identity.SpiffeId;
import io.weft.proxy.config.TlsParameters;
import io.weft.proxy.config.TlsParameters.Version;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Makes BoringSSL contexts. TLS 1.2 and 1.3; forward secrecy and authenticated encryption only (RFC 9325); no
 * compression, no renegotiation, and no resumption of any kind: a resumed session would carry the peer's old identity past
 * a change of trust (attack case F7), and connections of a mesh are pooled and live long.
 */
final class ContextFactory {
    static final List<String> DEFAULT_GROUPS = List.of("X25519MLKEM768", "X25519", "P-256", "P-384");

    private static final List<String> TLS_1_3_CIPHERS =
            List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");
    private static final int MAX_CHAIN_BYTES = 64 * 1024;

    private ContextFactory() {}

    static BuiltContext build(ContextKey key, InstantSource clock) {
        try {
            OwnCertificate own = key.certificate() == null ? null : OwnCertificate.of(key.certificate());
            SpiffeId id = own == null ? null : own.id();
            PeerTrust trust = key.trust() == null
                    ? null
                    : PeerTrust.of(
                            key.trust().rootsPem(),
                            id == null ? null : id.trustDomain(),
                            key.side().isClient() ? PeerRole.SERVER : PeerRole.CLIENT);
            PeerTrustManager trustManager = new PeerTrustManager(trust, clock);
            return new BuiltContext.Ready(new TlsContext(netty(key, own, trustManager), key.side(), own, trustManager));
        } catch (IllegalArgumentException | SSLException e) {
            return new BuiltContext.Unusable(String.valueOf(e.getMessage()));
        }
    }

    private static ReferenceCountedOpenSslContext netty(
            ContextKey key, @Nullable OwnCertificate own, PeerTrustManager trustManager) throws SSLException {
        SslContextBuilder builder;
        if (key.side().isClient()) {
            builder = SslContextBuilder.forClient();
            // Who the server must be is decided by the trust manager from configuration, never from a host name that
            // Netty happens to know.
            builder.endpointIdentificationAlgorithm(null);
            if (own != null) {
                builder.keyManager(own.keyManagers());
            }
        } else if (own == null) {
            throw new IllegalArgumentException("a server without a certificate");
        } else {
            builder = SslContextBuilder.forServer(own.keyManagers());
            builder.clientAuth(clientAuth(key));
        }
        var context = builder.sslProvider(SslProvider.OPENSSL_REFCNT)
                .trustManager(trustManager)
                .protocols(protocols(key.min(), key.max()))
                .ciphers(ciphers(key.ciphers()), IdentityCipherSuiteFilter.INSTANCE)
                .option(OpenSslContextOption.GROUPS, groups(key.groups()))
                .option(OpenSslContextOption.MAX_CERTIFICATE_LIST_BYTES, MAX_CHAIN_BYTES)
                .applicationProtocolConfig(alpn(key.alpn()))
                .build();
        if (context instanceof ReferenceCountedOpenSslContext boring) {
            boring.sessionContext().setSessionCacheEnabled(false);
            return boring;
        }
        ReferenceCountUtil.release(context);
        throw new SSLException("BoringSSL is not available; found " + context.getClass());
    }

    private static ClientAuth clientAuth(ContextKey key) {
        return switch (key.side()) {
            case SERVER_DEMANDING -> ClientAuth.REQUIRE;
            case SERVER, CLIENT -> key.trust() == null ? ClientAuth.NONE : ClientAuth.OPTIONAL;
        };
    }

    private static List<String> protocols(Version min, Version max) {
        if (min.compareTo(max) > 0) {
            throw new IllegalArgumentException("TLS versions from " + min + " to " + max + "; expected min <= max");
        }
        return Arrays.stream(Version.values())
                .filter(version -> version.compareTo(min) >= 0 && version.compareTo(max) <= 0)
                .map(version -> switch (version) {
                    case TLS_1_2 -> "TLSv1.2";
                    case TLS_1_3 -> "TLSv1.3";
                })
                .toList();
    }

    /** TLS 1.3 suites are always all there, as BoringSSL has it. */
    private static List<String> ciphers(List<String> configured) {
        if (configured.isEmpty()) {
            return Stream.concat(TLS_1_3_CIPHERS.stream(), TlsParameters.CIPHERS.stream())
                    .toList();
        }
        List<String> ciphers = new ArrayList<>(TLS_1_3_CIPHERS);
        for (String group : configured) {
            for (String cipher : TlsParameters.suites(group)) { // the order inside is as good as any
                if (!TlsParameters.CIPHERS.contains(cipher)) {
                    throw new IllegalArgumentException(
                            "cipher suite '" + cipher + "': not supported; expected one of " + TlsParameters.CIPHERS);
                }
                ciphers.add(cipher);
            }
        }
        return List.copyOf(ciphers);
    }

    private static String[] groups(List<String> configured) {
        for (String group : configured) {
            if (!TlsParameters.GROUPS.contains(group)) {
                throw new IllegalArgumentException(
                        "key exchange group '" + group + "': not supported; expected one of " + TlsParameters.GROUPS);
            }
        }
        return (configured.isEmpty() ? DEFAULT_GROUPS : configured).toArray(String[]::new);
    }

    /** As a server the first of our own list that the client offers is chosen; without a common one, none. */
    private static ApplicationProtocolConfig alpn(List<String> protocols) {
        return protocols.isEmpty()
                ? ApplicationProtocolConfig.DISABLED
                : new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        protocols);
    }
}
