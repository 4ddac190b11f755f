package io.weft.examples.training;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the proxy in training is told: a client's side and a server's side of mutual TLS, HTTP and raw TCP, in one proxy
 * that calls itself.
 *
 * @param web where requests go in
 * @param raw where raw TCP goes in
 * @param inner where mutual TLS comes out of the one side and into the other
 * @param innerRaw the same for raw TCP
 * @param hello the server of HTTP/1
 * @param orders the server of gRPC
 */
record Script(int web, int raw, int inner, int innerRaw, int hello, int orders) {

    private static final String TYPE = "type.googleapis.com/";

    private static final JsonFormat.Parser JSON = JsonFormat.parser()
            .usingTypeRegistry(TypeRegistry.newBuilder()
                    .add(List.of(
                            HttpConnectionManager.getDescriptor(),
                            TcpProxy.getDescriptor(),
                            Router.getDescriptor(),
                            RBAC.getDescriptor(),
                            DownstreamTlsContext.getDescriptor(),
                            UpstreamTlsContext.getDescriptor(),
                            HttpProtocolOptions.getDescriptor()))
                    .build());

    private static final String SECRETS = """
            "tls_certificate_sds_secret_configs": [{"name": "default", "sds_config": {"ads": {}, "resource_api_version": "V3"}}],
            "combined_validation_context": {
              "default_validation_context": {"match_typed_subject_alt_names": [
                {"san_type": "URI", "matcher": {"prefix": "spiffe://cluster.local/"}}]},
              "validation_context_sds_secret_config": {"name": "ROOTCA", "sds_config": {"ads": {}, "resource_api_version": "V3"}}}
            """;

    /** The resources of a type, by name. */
    Map<String, Resource> of(String typeUrl) {
        Map<String, Resource> resources = new TreeMap<>();
        switch (typeUrl) {
            case TYPE + "envoy.config.cluster.v3.Cluster" -> {
                cluster("inner", true, false, resources);
                cluster("inner-grpc", true, true, resources);
                cluster("inner-raw", true, false, resources);
                cluster("hello", false, false, resources);
                cluster("orders", false, true, resources);
            }
            case TYPE + "envoy.config.endpoint.v3.ClusterLoadAssignment" ->
                Map.of("inner", inner, "inner-grpc", inner, "inner-raw", innerRaw, "hello", hello, "orders", orders)
                        .forEach((name, port) -> put(name, endpoints(name, port), resources));
            case TYPE + "envoy.config.listener.v3.Listener" -> {
                put("web", http("web", web, "", "out"), resources);
                put("inner", http("inner", inner, tls("h2\", \"http/1.1"), "in"), resources);
                put("raw", tcp("raw", raw, "", "inner-raw"), resources);
                put("inner-raw", tcp("inner-raw", innerRaw, tls("istio"), "hello"), resources);
            }
            case TYPE + "envoy.config.route.v3.RouteConfiguration" -> {
                put("out", routes("out", "inner", "inner-grpc"), resources);
                put("in", routes("in", "hello", "orders"), resources);
            }
            default -> {}
        }
        return resources;
    }

    private static void put(String name, Message message, Map<String, Resource> resources) {
        resources.put(
                name,
                Resource.newBuilder()
                        .setName(name)
                        .setVersion("1")
                        .setResource(Any.pack(message))
                        .build());
    }

    private static void cluster(String name, boolean tls, boolean http2, Map<String, Resource> resources) {
        String socket = !tls ? "" : """
                  , "transport_socket": {"name": "tls", "typed_config": {
                      "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
                      "sni": "inner", "common_tls_context": {"alpn_protocols": ["%s"], %s}}}
                  """.formatted(http2 ? "h2" : name.endsWith("raw") ? "istio" : "http/1.1", SECRETS);
        String options = !http2 ? "" : """
                  , "typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                      "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                      "explicit_http_config": {"http2_protocol_options": {}}}}
                  """;
        put(name, read("""
                        {"name": "%s", "type": "EDS", "connect_timeout": "10s", "lb_policy": "LEAST_REQUEST",
                         "eds_cluster_config": {"eds_config": {"ads": {}, "resource_api_version": "V3"}}%s%s}
                        """.formatted(name, socket, options), Cluster.newBuilder()), resources);
    }

    private static Message endpoints(String name, int port) {
        return read("""
                {"cluster_name": "%s", "endpoints": [{"locality": {"region": "r", "zone": "z"}, "lb_endpoints": [
                  {"load_balancing_weight": 1, "endpoint": {"address": {"socket_address":
                    {"address": "127.0.0.1", "port_value": %d}}}}]}]}
                """.formatted(name, port), ClusterLoadAssignment.newBuilder());
    }

    private static String tls(String alpn) {
        return """
               "transport_socket": {"name": "tls", "typed_config": {
                 "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
                 "require_client_certificate": true, "common_tls_context": {"alpn_protocols": ["%s"], %s}}},
               """.formatted(alpn, SECRETS);
    }

    private static Message http(String name, int port, String tls, String routes) {
        return listener(name, port, tls, """
                {"name": "http", "typed_config": {
                  "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                  "stat_prefix": "%s", "normalize_path": true,
                  "rds": {"route_config_name": "%s", "config_source": {"ads": {}, "resource_api_version": "V3"}},
                  "http_filters": [
                    {"name": "rbac", "typed_config": {
                      "@type": "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC",
                      "rules": {"action": "DENY", "policies": {"none": {
                        "permissions": [{"url_path": {"path": {"prefix": "/admin"}}}],
                        "principals": [{"not_id": {"authenticated": {"principal_name":
                          {"prefix": "spiffe://cluster.local/"}}}}]}}}}},
                    {"name": "envoy.filters.http.router", "typed_config": {
                      "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}]}}
                """.formatted(name, routes));
    }

    private static Message tcp(String name, int port, String tls, String cluster) {
        return listener(name, port, tls, """
                {"name": "tcp", "typed_config": {
                  "@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
                  "stat_prefix": "%s", "cluster": "%s"}}
                """.formatted(name, cluster));
    }

    private static Message listener(String name, int port, String tls, String filter) {
        return read("""
                {"name": "%s", "address": {"socket_address": {"address": "127.0.0.1", "port_value": %d}},
                 "filter_chains": [{%s "filters": [%s]}]}
                """.formatted(name, port, tls, filter), Listener.newBuilder());
    }

    private static Message routes(String name, String http, String grpc) {
        return read("""
                {"name": "%s", "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [
                  {"match": {"prefix": "/", "headers": [{"name": "content-type", "string_match": {"prefix": "application/grpc"}}]},
                   "route": {"cluster": "%s", "timeout": "0s"}},
                  {"match": {"prefix": "/"}, "route": {"cluster": "%s", "timeout": "15s",
                    "retry_policy": {"retry_on": "connect-failure,refused-stream", "num_retries": 2}}}]}]}
                """.formatted(name, grpc, http), RouteConfiguration.newBuilder());
    }

    private static Message read(String json, Message.Builder builder) {
        try {
            JSON.merge(json, builder);
            return builder.build();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(json, e);
        }
    }
}
