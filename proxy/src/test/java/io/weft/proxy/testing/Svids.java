package io.weft.proxy.testing;

import io.weft.certs.authority.Authority;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.proxy.config.Secret;
import io.weft.proxy.config.TlsParameters;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Workloads' identities as a mesh delivers them: the secrets {@code default} and {@code ROOTCA}, and TLS by these. */
public final class Svids {

    private Svids() {}

    /** A certificate of the authority for {@code ns/shop/sa/NAME}, and its roots. */
    public static Map<String, Secret> secrets(Authority authority, String name) {
        X509Svid svid = authority.issueOwn(
                KeyAlgorithm.EC_P256,
                SpiffeId.workload(authority.trustDomain(), "shop", name),
                Duration.ofHours(1),
                Set.of());
        return Map.of(
                "default",
                new Secret.Certificate(svid.chainPem(), svid.keyPem()),
                "ROOTCA",
                new Secret.Trust(authority.bundle().toPem()));
    }

    /** Mutual TLS with them, for a peer of any name. */
    public static TlsParameters mutual(List<String> alpn) {
        return new TlsParameters(
                TlsParameters.Version.TLS_1_2,
                TlsParameters.Version.TLS_1_3,
                List.of(),
                List.of(),
                alpn,
                new TlsParameters.CertificateSource.Named("default"),
                new TlsParameters.Validation(new TlsParameters.TrustSource.Named("ROOTCA"), List.of()));
    }
}
