package io.weft.controlplane.generate;

import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.core.v3.UpstreamHttpProtocolOptions;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateProviderPluginInstance;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.weft.controlplane.model.ClientTls;
import io.weft.controlplane.model.ClientTls.ServerTrust;
import io.weft.controlplane.model.IpAddress;
import io.weft.controlplane.model.Protocol;
import java.util.List;
import java.util.Optional;

/**
 * TLS that a sidecar begins with a server of its own kind, as a DestinationRule's SIMPLE and MUTUAL want it. Keys and roots are named by
 * file and read beside the proxy (SDS, with the names that Istio's agent answers), so a file that is not there closes this one cluster.
 */
final class OriginatedTls {
    /** Istio's word for the roots of the system that the proxy runs on. */
    private static final String SYSTEM = "system";

    private OriginatedTls() {}

    static TransportSocket client(String sni, Protocol protocol, ClientTls.Originate tls) {
        CommonTlsContext.Builder common = MutualTls.offering(alpn(protocol));
        tls.certificate()
                .ifPresent(files -> common.addTlsCertificateSdsSecretConfigs(
                        secret(XdsNames.certificateFiles(files.chain(), files.key()))));
        switch (tls.trust()) {
            case ServerTrust.RootsIn(String file) ->
                common.setCombinedValidationContext(verified(file, names(sni, tls)));
            case ServerTrust.SystemRoots() -> common.setCombinedValidationContext(verified(SYSTEM, names(sni, tls)));
            case ServerTrust.Unverified() -> {}
        }
        return MutualTls.socket(UpstreamTlsContext.newBuilder()
                .setCommonTlsContext(common)
                .setSni(sni)
                .build());
    }

    /** What each request's authority decides where the rule does not: the server name, and whose certificate is expected. */
    static Optional<UpstreamHttpProtocolOptions> serverByRequest(OutboundCluster cluster) {
        return cluster.tls() instanceof ClientTls.Originate tls && cluster.sni().isEmpty()
                ? Optional.of(UpstreamHttpProtocolOptions.newBuilder()
                        .setAutoSni(true)
                        .setAutoSanValidation(
                                verifies(tls) && tls.subjectAltNames().isEmpty())
                        .build())
                : Optional.empty();
    }

    /** A refusal, because gRPC takes certificates from the providers of its bootstrap file only. */
    static TransportSocket refusedByGrpc(ClientTls.Originate tls) {
        String why = "DestinationRule tls.mode " + (tls.certificate().isPresent() ? "MUTUAL" : "SIMPLE")
                + " needs a sidecar: gRPC without a proxy reads no files that a rule names";
        return refusedByGrpc(why);
    }

    /**
     * A transport that gRPC's own client of xDS refuses, with the words that say why: to leave the transport out would be to call the
     * server in plaintext.
     */
    static TransportSocket refusedByGrpc(String why) {
        return MutualTls.socket(UpstreamTlsContext.newBuilder()
                .setCommonTlsContext(CommonTlsContext.newBuilder()
                        .setCombinedValidationContext(CombinedCertificateValidationContext.newBuilder()
                                .setDefaultValidationContext(CertificateValidationContext.newBuilder()
                                        .setCaCertificateProviderInstance(CertificateProviderPluginInstance.newBuilder()
                                                .setInstanceName(why)))))
                .build());
    }

    private static boolean verifies(ClientTls.Originate tls) {
        return switch (tls.trust()) {
            case ServerTrust.RootsIn _, ServerTrust.SystemRoots _ -> true;
            case ServerTrust.Unverified _ -> false;
        };
    }

    private static List<String> alpn(Protocol protocol) {
        return switch (protocol) {
            case HTTP -> List.of("http/1.1");
            case HTTP2 -> List.of("h2");
            case TCP, UNDECLARED -> List.of();
        };
    }

    private static List<String> names(String sni, ClientTls.Originate tls) {
        if (!tls.subjectAltNames().isEmpty()) {
            return tls.subjectAltNames();
        }
        return sni.isEmpty() ? List.of() : List.of(sni);
    }

    private static CombinedCertificateValidationContext verified(String roots, List<String> names) {
        return CombinedCertificateValidationContext.newBuilder()
                .setDefaultValidationContext(CertificateValidationContext.newBuilder()
                        .addAllMatchTypedSubjectAltNames(
                                names.stream().map(OriginatedTls::exactly).toList()))
                .setValidationContextSdsSecretConfig(secret(XdsNames.rootsFile(roots)))
                .build();
    }

    /** Of the one type that the name can have, so that a match never crosses types; an address in its canonical text. */
    private static SubjectAltNameMatcher exactly(String name) {
        if (name.contains("://")) {
            return exactly(SubjectAltNameMatcher.SanType.URI, name);
        }
        return IpAddress.find(name)
                .map(address -> exactly(SubjectAltNameMatcher.SanType.IP_ADDRESS, address.text()))
                .orElseGet(() -> exactly(SubjectAltNameMatcher.SanType.DNS, name));
    }

    private static SubjectAltNameMatcher exactly(SubjectAltNameMatcher.SanType type, String name) {
        return SubjectAltNameMatcher.newBuilder()
                .setSanType(type)
                .setMatcher(StringMatcher.newBuilder().setExact(name))
                .build();
    }

    /** With a limit to the waiting, unlike for the workload's identity: what is not there closes its cluster and nothing else. */
    private static SdsSecretConfig secret(String name) {
        return SdsSecretConfig.newBuilder()
                .setName(name)
                .setSdsConfig(MutualTls.besideTheProxy())
                .build();
    }
}
