package io.weft.examples.training;

import io.weft.certs.identity.X509Svid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A bootstrap file that leads a request through one proxy twice, with mutual TLS between, and has it ask a control plane.
 *
 * @param entry where requests come in, without TLS
 * @param inner where the same proxy takes them with mutual TLS
 * @param app answers them
 * @param controlPlane on loopback, mutual TLS
 */
@SuppressWarnings("InlineFormatString") // the parts of the file are read best one below the other
record FileLesson(Path folder, int entry, int inner, int admin, int app, int controlPlane) {

    private static final String SERVICE = """
              - name: %1$s
                type: STATIC
                connect_timeout: 5s
                load_assignment:
                  cluster_name: %1$s
                  endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %2$d}}}}]}]
            """;

    private static final String UPSTREAM_TLS = """
                transport_socket:
                  name: envoy.transport_sockets.tls
                  typed_config:
                    "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
                    common_tls_context: &tls
                      alpn_protocols: [%s]
                      tls_certificates: [{certificate_chain: {filename: %2$s/own.crt}, private_key: {filename: %2$s/own.key}}]
                      validation_context:
                        trusted_ca: {filename: %2$s/roots.crt}
                        match_typed_subject_alt_names: [{san_type: URI, matcher: {prefix: "spiffe://"}}]
            """;

    private static final String LISTENER = """
              - name: %1$s
                address: {socket_address: {address: 127.0.0.1, port_value: %2$d}}
                filter_chains:
                - filters:
                  - name: envoy.filters.network.http_connection_manager
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: %1$s
                      route_config:
                        name: local
                        virtual_hosts: [{name: all, domains: ["*"], routes: [{match: {prefix: "/"}, route: {cluster: %3$s}}]}]
                      http_filters:
                      - name: envoy.filters.http.router
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
            """;

    private static final String DOWNSTREAM_TLS = """
                  transport_socket:
                    name: envoy.transport_sockets.tls
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
                      require_client_certificate: true
                      common_tls_context: *tls
            """;

    private static final String HEAD = """
            node: {id: trainee, cluster: trainee}
            admin: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
            dynamic_resources:
              ads_config: {api_type: DELTA_GRPC, transport_api_version: V3, grpc_services: [{envoy_grpc: {cluster_name: xds}}]}
              cds_config: {ads: {}, resource_api_version: V3}
              lds_config: {ads: {}, resource_api_version: V3}
            static_resources:
            """;

    private static final String HTTP2 = """
                typed_extension_protocol_options:
                  envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                    "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                    explicit_http_config: {http2_protocol_options: {}}
            """;

    /** Writes the file and what it names; returns the file. */
    Path write(X509Svid own, String roots) throws IOException {
        Files.writeString(folder.resolve("own.crt"), own.chainPem());
        Files.writeString(folder.resolve("own.key"), own.keyPem());
        Files.writeString(folder.resolve("roots.crt"), roots);
        String tls = UPSTREAM_TLS.formatted("http/1.1", folder);
        return Files.writeString(
                folder.resolve("bootstrap.yaml"),
                HEAD.formatted(admin)
                        + "  clusters:\n"
                        + SERVICE.formatted("inner", inner)
                        + tls
                        + SERVICE.formatted("app", app)
                        + SERVICE.formatted("xds", controlPlane)
                        + HTTP2
                        + tls.replace("&tls", "").replace("http/1.1", "h2")
                        + "  listeners:\n"
                        + LISTENER.formatted("entry", entry, "inner")
                        + LISTENER.formatted("inner", inner, "app")
                        + DOWNSTREAM_TLS);
    }
}
