package io.weft.controlplane.serve;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.weft.certs.identity.TrustBundle;
import io.weft.controlplane.generate.EncodedResource;
import io.weft.controlplane.generate.ResourceSet;
import io.weft.controlplane.generate.ResourceType;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** The only secret that is served: the roots, which are public. A workload's own key never leaves it. */
final class TrustSecret {
    /** Istio's name for the roots. */
    static final String ROOTCA = "ROOTCA";

    private TrustSecret() {}

    static ResourceSet of(TrustBundle bundle) {
        Secret secret = Secret.newBuilder()
                .setName(ROOTCA)
                .setValidationContext(CertificateValidationContext.newBuilder()
                        .setTrustedCa(DataSource.newBuilder().setInlineString(bundle.toPem())))
                .build();
        Any any = Any.newBuilder()
                .setTypeUrl(ResourceType.SECRET.typeUrl())
                .setValue(secret.toByteString())
                .build();
        return ResourceSet.of(List.of(new EncodedResource(ResourceType.SECRET, ROOTCA, version(any), any)));
    }

    private static String version(Any any) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(any.getValue().toByteArray()),
                            0,
                            8);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
