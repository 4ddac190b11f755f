package io.weft.proxy.xds.parse;

import io.weft.proxy.wire.Message;
import java.util.List;

/** Where a named resource is said to come from. Everything comes over the one aggregated stream. */
final class ConfigSourceParser {

    /** Istio's name for the secret server beside the proxy; here the proxy's own identity answers it. */
    static final String LOCAL_SECRETS = "sds-grpc";

    static final List<MessageFields> FIELDS = List.of(
            MessageFields.of("envoy.config.core.v3.ConfigSource")
                    .honours("ads", "api_config_source", "resource_api_version")
                    .only("initial_fetch_timeout", "what is referred to is waited for without a limit", "0s"),
            MessageFields.of("envoy.config.core.v3.ApiConfigSource")
                    .honours("api_type", "transport_api_version", "grpc_services")
                    .accepts("set_node_on_first_message_only", "the node is only ever sent in the first message"),
            MessageFields.of("envoy.config.core.v3.GrpcService").honours("envoy_grpc"),
            MessageFields.of("envoy.config.core.v3.GrpcService.EnvoyGrpc").honours("cluster_name"));

    private ConfigSourceParser() {}

    /** Refuses every source but {@code ads}. */
    static void ads(boolean present, Message source, FieldPath path) {
        version(source.choice("resource_api_version"), true, path.field("resource_api_version"));
        if (!present || !source.has("ads")) {
            throw new InvalidResource(path, named(source) + ": expected ads");
        }
    }

    /** Secrets: over {@code ads}, from the proxy's own identity, or, with no source, from the bootstrap file. */
    static void secrets(boolean present, Message source, FieldPath path) {
        if (!present || source.has("ads")) {
            version(source.choice("resource_api_version"), true, path.field("resource_api_version"));
            return;
        }
        version(source.choice("resource_api_version"), true, path.field("resource_api_version"));
        if (!source.has("api_config_source")) {
            throw new InvalidResource(path, named(source) + ": expected ads or api_config_source");
        }
        FieldPath api = path.field("api_config_source");
        String cluster = grpcCluster(source.message("api_config_source"), api);
        if (!cluster.equals(LOCAL_SECRETS)) {
            throw new InvalidResource(
                    api.field("grpc_services").at(0).field("envoy_grpc").field("cluster_name"),
                    Quote.of(cluster) + ": expected \"" + LOCAL_SECRETS + "\", which the proxy's own identity answers");
        }
    }

    /** The cluster of a gRPC source. */
    static String grpcCluster(Message source, FieldPath path) {
        switch (source.choice("api_type")) {
            case "GRPC", "DELTA_GRPC" -> {}
            default ->
                throw new InvalidResource(
                        path.field("api_type"), source.choice("api_type") + ": expected GRPC or DELTA_GRPC");
        }
        version(source.choice("transport_api_version"), false, path.field("transport_api_version"));
        FieldPath services = path.field("grpc_services");
        if (source.count("grpc_services") != 1) {
            throw new InvalidResource(services, source.count("grpc_services") + " services: expected 1");
        }
        if (!source.message("grpc_services", 0).has("envoy_grpc")) {
            throw new InvalidResource(services.at(0), "expected envoy_grpc");
        }
        return Scalars.name(
                source.message("grpc_services", 0).message("envoy_grpc").text("cluster_name"),
                services.at(0).field("envoy_grpc").field("cluster_name"));
    }

    private static void version(String version, boolean orAuto, FieldPath path) {
        if (!version.equals("V3") && !(orAuto && version.equals("AUTO"))) {
            throw new InvalidResource(path, version + ": expected V3");
        }
    }

    private static String named(Message source) {
        String specifier = source.which("config_source_specifier");
        return specifier.isEmpty() ? "missing" : specifier;
    }
}
