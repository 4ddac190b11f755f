package io.weft.proxy.xds.parse;

import io.envoyproxy.envoy.config.core.v3.ApiConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
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
    static void ads(boolean present, ConfigSource source, FieldPath path) {
        version(source.getResourceApiVersion(), true, path.field("resource_api_version"));
        if (!present || !source.hasAds()) {
            throw new InvalidResource(path, named(source) + ": expected ads");
        }
    }

    /** Secrets: over {@code ads}, from the proxy's own identity, or, with no source, from the bootstrap file. */
    static void secrets(boolean present, ConfigSource source, FieldPath path) {
        if (!present || source.hasAds()) {
            version(source.getResourceApiVersion(), true, path.field("resource_api_version"));
            return;
        }
        version(source.getResourceApiVersion(), true, path.field("resource_api_version"));
        if (!source.hasApiConfigSource()) {
            throw new InvalidResource(path, named(source) + ": expected ads or api_config_source");
        }
        FieldPath api = path.field("api_config_source");
        String cluster = grpcCluster(source.getApiConfigSource(), api);
        if (!cluster.equals(LOCAL_SECRETS)) {
            throw new InvalidResource(
                    api.field("grpc_services").at(0).field("envoy_grpc").field("cluster_name"),
                    Quote.of(cluster) + ": expected \"" + LOCAL_SECRETS + "\", which the proxy's own identity answers");
        }
    }

    /** The cluster of a gRPC source. */
    static String grpcCluster(ApiConfigSource source, FieldPath path) {
        switch (source.getApiType()) {
            case GRPC, DELTA_GRPC -> {}
            default ->
                throw new InvalidResource(
                        path.field("api_type"), source.getApiType().name() + ": expected GRPC or DELTA_GRPC");
        }
        version(source.getTransportApiVersion(), false, path.field("transport_api_version"));
        FieldPath services = path.field("grpc_services");
        if (source.getGrpcServicesCount() != 1) {
            throw new InvalidResource(services, source.getGrpcServicesCount() + " services: expected 1");
        }
        if (!source.getGrpcServices(0).hasEnvoyGrpc()) {
            throw new InvalidResource(services.at(0), "expected envoy_grpc");
        }
        return Scalars.name(
                source.getGrpcServices(0).getEnvoyGrpc().getClusterName(),
                services.at(0).field("envoy_grpc").field("cluster_name"));
    }

    private static void version(ApiVersion version, boolean orAuto, FieldPath path) {
        if (version != ApiVersion.V3 && !(orAuto && version == ApiVersion.AUTO)) {
            throw new InvalidResource(path, version.name() + ": expected V3");
        }
    }

    private static String named(ConfigSource source) {
        return switch (source.getConfigSourceSpecifierCase()) {
            case PATH -> "path";
            case PATH_CONFIG_SOURCE -> "path_config_source";
            case API_CONFIG_SOURCE -> "api_config_source";
            case ADS -> "ads";
            case SELF -> "self";
            case CONFIGSOURCESPECIFIER_NOT_SET -> "missing";
        };
    }
}
