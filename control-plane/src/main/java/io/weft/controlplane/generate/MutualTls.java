package io.weft.controlplane.generate;

import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.core.v3.ApiConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateProviderPluginInstance;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.weft.controlplane.model.Protocol;
import java.util.List;

/** Mutual TLS within the mesh, with Istio's names: a server tells by ALPN that TLS is the mesh's and not the application's. */
final class MutualTls {
    static final List<String> HTTP_ALPN = List.of("istio-http/1.0", "istio-http/1.1", "istio-h2");
    static final List<String> TCP_ALPN = List.of("istio", "istio-peer-exchange");
    /**
     * Not the names by which a client says that TLS is the mesh's: Envoy takes HTTP/2 for what it is only if {@code h2} itself was
     * agreed on, and {@code istio-peer-exchange} would promise an exchange that is not made.
     */
    private static final List<String> SERVER_ALPN = List.of("h2", "http/1.1", "istio");

    private MutualTls() {}

    /** Takes callers of the trust domain only, and demands their certificate. */
    static TransportSocket server(String trustDomain) {
        SubjectAltNameMatcher anyOfTheMesh = uri(StringMatcher.newBuilder().setPrefix("spiffe://" + trustDomain + "/"));
        var context = DownstreamTlsContext.newBuilder()
                .setCommonTlsContext(common(SERVER_ALPN, List.of(anyOfTheMesh)))
                .setRequireClientCertificate(Xds.yes());
        return socket(context.build());
    }

    /**
     * @param peers the SPIFFE ids of which the server must have one
     * @param namespaceIds what its id must begin with as long as no peer is known; never nothing, which would take anyone
     */
    static TransportSocket client(String sni, Protocol protocol, List<String> peers, String namespaceIds) {
        List<SubjectAltNameMatcher> names = peers.isEmpty()
                ? List.of(uri(StringMatcher.newBuilder().setPrefix(namespaceIds)))
                : peers.stream()
                        .map(peer -> uri(StringMatcher.newBuilder().setExact(peer)))
                        .toList();
        var context = UpstreamTlsContext.newBuilder()
                .setCommonTlsContext(common(clientAlpn(protocol), names))
                .setSni(sni);
        return socket(context.build());
    }

    /**
     * As {@link #client}, for gRPC: with certificates of its own provider, and without what it knows no word for, which are ALPN names
     * and versions of TLS.
     */
    @SuppressWarnings("deprecation") // the field that took its place is not read by gRPC
    static TransportSocket grpcClient(List<String> peers, String namespaceIds) {
        var roots = CertificateValidationContext.newBuilder()
                .setCaCertificateProviderInstance(provided(XdsNames.TRUST_SECRET));
        if (peers.isEmpty()) {
            roots.addMatchSubjectAltNames(StringMatcher.newBuilder().setPrefix(namespaceIds));
        }
        peers.forEach(
                peer -> roots.addMatchSubjectAltNames(StringMatcher.newBuilder().setExact(peer)));
        return socket(UpstreamTlsContext.newBuilder()
                .setCommonTlsContext(provided(roots))
                .build());
    }

    /** As {@link #server}, for gRPC, which can demand a certificate of its roots and no name in it. */
    static TransportSocket grpcServer() {
        var roots = CertificateValidationContext.newBuilder()
                .setCaCertificateProviderInstance(provided(XdsNames.TRUST_SECRET));
        return socket(DownstreamTlsContext.newBuilder()
                .setCommonTlsContext(provided(roots))
                .setRequireClientCertificate(Xds.yes())
                .build());
    }

    private static CommonTlsContext provided(CertificateValidationContext.Builder roots) {
        return CommonTlsContext.newBuilder()
                .setTlsCertificateProviderInstance(provided(XdsNames.WORKLOAD_SECRET))
                .setCombinedValidationContext(CommonTlsContext.CombinedCertificateValidationContext.newBuilder()
                        .setDefaultValidationContext(roots))
                .build();
    }

    /** Of the provider that a bootstrap file for Istio names {@code default}. */
    private static CertificateProviderPluginInstance provided(String certificate) {
        return CertificateProviderPluginInstance.newBuilder()
                .setInstanceName("default")
                .setCertificateName(certificate)
                .build();
    }

    static TransportSocket socket(Message context) {
        return TransportSocket.newBuilder()
                .setName("envoy.transport_sockets.tls")
                .setTypedConfig(Xds.any(context))
                .build();
    }

    static TransportSocket plaintext() {
        return TransportSocket.newBuilder()
                .setName("envoy.transport_sockets.raw_buffer")
                .setTypedConfig(Xds.any(RawBuffer.getDefaultInstance()))
                .build();
    }

    private static List<String> clientAlpn(Protocol protocol) {
        return switch (protocol) {
            case HTTP -> List.of("istio-http/1.1", "istio", "http/1.1");
            case HTTP2 -> List.of("istio-h2", "istio", "h2");
            case TCP, UNDECLARED -> List.of("istio");
        };
    }

    /** What both ways of TLS begin with. */
    static CommonTlsContext.Builder offering(List<String> alpn) {
        return CommonTlsContext.newBuilder()
                .setTlsParams(
                        TlsParameters.newBuilder().setTlsMinimumProtocolVersion(TlsParameters.TlsProtocol.TLSv1_2))
                .addAllAlpnProtocols(alpn);
    }

    private static CommonTlsContext common(List<String> alpn, List<SubjectAltNameMatcher> names) {
        return offering(alpn)
                .addTlsCertificateSdsSecretConfigs(secret(XdsNames.WORKLOAD_SECRET))
                .setCombinedValidationContext(CommonTlsContext.CombinedCertificateValidationContext.newBuilder()
                        .setDefaultValidationContext(
                                CertificateValidationContext.newBuilder().addAllMatchTypedSubjectAltNames(names))
                        .setValidationContextSdsSecretConfig(secret(XdsNames.TRUST_SECRET)))
                .build();
    }

    private static SubjectAltNameMatcher uri(StringMatcher.Builder matcher) {
        return SubjectAltNameMatcher.newBuilder()
                .setSanType(SubjectAltNameMatcher.SanType.URI)
                .setMatcher(matcher)
                .build();
    }

    /** Waited for without limit, because nothing may be served before the workload has its identity. */
    private static SdsSecretConfig secret(String name) {
        return SdsSecretConfig.newBuilder()
                .setName(name)
                .setSdsConfig(besideTheProxy().setInitialFetchTimeout(Xds.seconds(0)))
                .build();
    }

    /** Answered by the sidecar itself (a stock Envoy defines the cluster in its bootstrap): no key passes through here. */
    static ConfigSource.Builder besideTheProxy() {
        return ConfigSource.newBuilder()
                .setApiConfigSource(ApiConfigSource.newBuilder()
                        .setApiType(ApiConfigSource.ApiType.GRPC)
                        .setTransportApiVersion(ApiVersion.V3)
                        .setSetNodeOnFirstMessageOnly(true)
                        .addGrpcServices(GrpcService.newBuilder()
                                .setEnvoyGrpc(GrpcService.EnvoyGrpc.newBuilder().setClusterName(XdsNames.SDS_CLUSTER))))
                .setResourceApiVersion(ApiVersion.V3);
    }
}
