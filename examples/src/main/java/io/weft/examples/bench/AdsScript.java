package io.weft.examples.bench;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.nio.file.Path;
import java.util.Map;

/** What the client's proxy of a chain is told over ADS: the same as by a file, each kind of resource by its own name. */
final class AdsScript {
    private static final String TYPE = "type.googleapis.com/envoy.";
    private static final TypeRegistry TYPES = TypeRegistry.newBuilder()
            .add(HttpConnectionManager.getDescriptor())
            .add(Router.getDescriptor())
            .add(UpstreamTlsContext.getDescriptor())
            .build();

    private final Map<String, Map<String, Resource>> resources;

    /** @param certs the folder with the client's key and certificate, and the roots */
    AdsScript(Place place, Path certs) {
        resources = Map.of(
                TYPE + "config.listener.v3.Listener", named("entry", listener(place.listen())),
                TYPE + "config.route.v3.RouteConfiguration", named("routes", ROUTES, RouteConfiguration.newBuilder()),
                TYPE + "config.cluster.v3.Cluster", named("next", CLUSTER, Cluster.newBuilder()),
                TYPE + "config.endpoint.v3.ClusterLoadAssignment", named("next", endpoints(place.next())),
                TYPE + "extensions.transport_sockets.tls.v3.Secret",
                        Map.of("default", resource("default", own(certs)), "ROOTCA", resource("ROOTCA", roots(certs))));
    }

    /** The resources of a type, by name. */
    Map<String, Resource> of(String typeUrl) {
        return resources.getOrDefault(typeUrl, Map.of());
    }

    private static Message listener(Address at) {
        return read("""
                {"name": "entry", "address": {"socket_address": {"address": "%s", "port_value": %d}},
                 "filter_chains": [{"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": {
                   "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                   "stat_prefix": "entry", "codec_type": "AUTO", "generate_request_id": false,
                   "rds": {"route_config_name": "routes", "config_source": {"ads": {}, "resource_api_version": "V3"}},
                   "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {
                     "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}]}}]}]}
                """.formatted(at.host(), at.port()), Listener.newBuilder());
    }

    private static final String ROUTES = """
            {"name": "routes", "virtual_hosts": [{"name": "next", "domains": ["*"],
              "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "next", "timeout": "0s"}}]}]}
            """;

    private static final String CLUSTER =
            """
            {"name": "next", "type": "EDS", "connect_timeout": "5s", "lb_policy": "ROUND_ROBIN",
             "eds_cluster_config": {"eds_config": {"ads": {}, "resource_api_version": "V3"}},
             "transport_socket": {"name": "envoy.transport_sockets.tls", "typed_config": {
               "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
               "sni": "server",
               "common_tls_context": {
                 "tls_params": {"tls_minimum_protocol_version": "TLSv1_3", "tls_maximum_protocol_version": "TLSv1_3",
                   "ecdh_curves": ["GROUP"]},
                 "alpn_protocols": ["http/1.1"],
                 "tls_certificate_sds_secret_configs": [
                   {"name": "default", "sds_config": {"ads": {}, "resource_api_version": "V3"}}],
                 "combined_validation_context": {
                   "default_validation_context": {"match_typed_subject_alt_names": [
                     {"san_type": "URI", "matcher": {"exact": "SERVER"}}]},
                   "validation_context_sds_secret_config":
                     {"name": "ROOTCA", "sds_config": {"ads": {}, "resource_api_version": "V3"}}}}}}}
            """.replace("SERVER", Workspace.SERVER.toString()).replace("GROUP", Scenario.START_ADS.keyExchange());

    private static Message endpoints(Address next) {
        return read("""
                {"cluster_name": "next", "endpoints": [{"lb_endpoints": [
                  {"endpoint": {"address": {"socket_address": {"address": "%s", "port_value": %d}}}}]}]}
                """.formatted(next.host(), next.port()), ClusterLoadAssignment.newBuilder());
    }

    private static Message own(Path certs) {
        var secret = Secret.newBuilder().setName("default");
        secret.getTlsCertificateBuilder()
                .getCertificateChainBuilder()
                .setInlineString(Workspace.read(certs.resolve("client.crt")));
        secret.getTlsCertificateBuilder()
                .getPrivateKeyBuilder()
                .setInlineString(Workspace.read(certs.resolve("client.key")));
        return secret.build();
    }

    private static Message roots(Path certs) {
        var secret = Secret.newBuilder().setName("ROOTCA");
        secret.getValidationContextBuilder()
                .getTrustedCaBuilder()
                .setInlineString(Workspace.read(certs.resolve("roots.crt")));
        return secret.build();
    }

    private static Map<String, Resource> named(String name, String json, Message.Builder builder) {
        return named(name, read(json, builder));
    }

    private static Map<String, Resource> named(String name, Message message) {
        return Map.of(name, resource(name, message));
    }

    private static Resource resource(String name, Message message) {
        return Resource.newBuilder()
                .setName(name)
                .setVersion("1")
                .setResource(Any.pack(message))
                .build();
    }

    private static Message read(String json, Message.Builder builder) {
        try {
            JsonFormat.parser().usingTypeRegistry(TYPES).merge(json, builder);
            return builder.build();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(json, e);
        }
    }
}
