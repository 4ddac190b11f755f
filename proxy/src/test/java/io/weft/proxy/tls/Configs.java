package io.weft.proxy.tls;

import io.weft.certs.authority.Authority;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.proxy.config.DownstreamTls;
import io.weft.proxy.config.Secret;
import io.weft.proxy.config.Snapshot;
import io.weft.proxy.config.StringMatch;
import io.weft.proxy.config.TlsParameters;
import io.weft.proxy.config.TlsParameters.CertificateSource;
import io.weft.proxy.config.TlsParameters.NameMatch;
import io.weft.proxy.config.TlsParameters.NameType;
import io.weft.proxy.config.TlsParameters.TrustSource;
import io.weft.proxy.config.TlsParameters.Validation;
import io.weft.proxy.config.TlsParameters.Version;
import io.weft.proxy.config.UpstreamTls;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Short ways to write the configurations of a mesh. */
final class Configs {
    static final String OWN = "default";
    static final String ROOTS = "ROOTCA";

    private Configs() {}

    static X509Svid svid(Authority authority, String name) {
        return authority.issueOwn(
                KeyAlgorithm.EC_P256,
                SpiffeId.workload(authority.trustDomain(), "shop", name),
                Duration.ofHours(1),
                Set.of());
    }

    static Secret.Certificate secret(X509Svid svid) {
        return new Secret.Certificate(svid.chainPem(), svid.keyPem());
    }

    static Secret.Trust roots(Authority authority) {
        return new Secret.Trust(authority.bundle().toPem());
    }

    static Snapshot snapshot(Map<String, Secret> secrets) {
        return new Snapshot(1, Map.of(), Map.of(), Map.of(), secrets);
    }

    static Snapshot mesh(Authority authority, String name) {
        return snapshot(Map.of(OWN, secret(svid(authority, name)), ROOTS, roots(authority)));
    }

    /** As in a mesh: certificate and roots over SDS. */
    static TlsParameters parameters(List<String> alpn, NameMatch... names) {
        return parameters(
                Version.TLS_1_2,
                Version.TLS_1_3,
                alpn,
                new CertificateSource.Named(OWN),
                new Validation(new TrustSource.Named(ROOTS), List.of(names)));
    }

    static TlsParameters parameters(
            Version min,
            Version max,
            List<String> alpn,
            @Nullable CertificateSource certificate,
            Validation validation) {
        return new TlsParameters(min, max, List.of(), List.of(), alpn, certificate, validation);
    }

    static DownstreamTls downstream(TlsParameters parameters, boolean demanding) {
        return new DownstreamTls(parameters, demanding, Duration.ofSeconds(10));
    }

    static DownstreamTls strict(NameMatch... names) {
        return new DownstreamTls(parameters(List.of(), names), true, DownstreamTls.DEFAULT_HANDSHAKE_TIMEOUT);
    }

    static UpstreamTls upstream(String sni, NameMatch... names) {
        return new UpstreamTls(parameters(List.of(), names), sni, false, false);
    }

    static NameMatch uri(String text) {
        return new NameMatch(NameType.URI, new StringMatch.Exact(text, false));
    }

    static NameMatch dns(String text) {
        return new NameMatch(NameType.DNS, new StringMatch.Exact(text, false));
    }

    static String id(TrustDomain domain, String name) {
        return SpiffeId.workload(domain, "shop", name).toString();
    }
}
