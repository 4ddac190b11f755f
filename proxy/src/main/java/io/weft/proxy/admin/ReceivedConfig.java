package io.weft.proxy.admin;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.Timestamp;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.admin.v3.ClientResourceStatus;
import io.envoyproxy.envoy.admin.v3.ClustersConfigDump;
import io.envoyproxy.envoy.admin.v3.EndpointsConfigDump;
import io.envoyproxy.envoy.admin.v3.ListenersConfigDump;
import io.envoyproxy.envoy.admin.v3.RoutesConfigDump;
import io.envoyproxy.envoy.admin.v3.SecretsConfigDump;
import io.envoyproxy.envoy.admin.v3.UpdateFailureState;
import io.weft.proxy.xds.ReceivedResource;
import io.weft.proxy.xds.ResourceType;
import io.weft.proxy.xds.parse.SupportedFields;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What came over xDS, in the messages of {@code envoy.admin.v3}. Secrets are named; what they hold was never kept. */
public final class ReceivedConfig implements ConfigDumpSource {

    private final Supplier<List<ReceivedResource>> received;

    public ReceivedConfig(Supplier<List<ReceivedResource>> received) {
        this.received = received;
    }

    @Override
    public List<String> sections(boolean withEndpoints) {
        ClustersConfigDump.Builder clusters = ClustersConfigDump.newBuilder();
        EndpointsConfigDump.Builder endpoints = EndpointsConfigDump.newBuilder();
        ListenersConfigDump.Builder listeners = ListenersConfigDump.newBuilder();
        RoutesConfigDump.Builder routes = RoutesConfigDump.newBuilder();
        SecretsConfigDump.Builder secrets = SecretsConfigDump.newBuilder();
        TypeRegistry.Builder types = TypeRegistry.newBuilder();
        for (ReceivedResource resource : received.get()) {
            Any body = body(resource, types);
            switch (resource.type()) {
                case CLUSTERS -> clusters.addDynamicActiveClusters(cluster(resource, body));
                case ENDPOINTS -> endpoints.addDynamicEndpointConfigs(endpoint(resource, body));
                case LISTENERS -> listeners.addDynamicListeners(listener(resource, body));
                case ROUTES -> routes.addDynamicRouteConfigs(route(resource, body));
                case SECRETS -> secrets.addDynamicActiveSecrets(secret(resource));
            }
        }
        List<Message> dumps = new ArrayList<>(List.of(clusters.build()));
        if (withEndpoints) {
            dumps.add(endpoints.build());
        }
        dumps.addAll(List.of(listeners.build(), routes.build(), secrets.build()));
        JsonFormat.Printer printer =
                JsonFormat.printer().preservingProtoFieldNames().usingTypeRegistry(types.build());
        return dumps.stream().map(dump -> print(printer, dump)).toList();
    }

    private static ClustersConfigDump.DynamicCluster cluster(ReceivedResource resource, @Nullable Any body) {
        ClustersConfigDump.DynamicCluster.Builder shown = ClustersConfigDump.DynamicCluster.newBuilder()
                .setVersionInfo(resource.version())
                .setLastUpdated(time(resource.updated()))
                .setClientStatus(status(resource));
        if (body != null) {
            shown.setCluster(body);
        }
        if (resource.failure() != null) {
            shown.setErrorState(failure(resource.failure()));
        }
        return shown.build();
    }

    private static EndpointsConfigDump.DynamicEndpointConfig endpoint(ReceivedResource resource, @Nullable Any body) {
        EndpointsConfigDump.DynamicEndpointConfig.Builder shown = EndpointsConfigDump.DynamicEndpointConfig.newBuilder()
                .setVersionInfo(resource.version())
                .setLastUpdated(time(resource.updated()))
                .setClientStatus(status(resource));
        if (body != null) {
            shown.setEndpointConfig(body);
        }
        if (resource.failure() != null) {
            shown.setErrorState(failure(resource.failure()));
        }
        return shown.build();
    }

    private static ListenersConfigDump.DynamicListener listener(ReceivedResource resource, @Nullable Any body) {
        ListenersConfigDump.DynamicListener.Builder shown = ListenersConfigDump.DynamicListener.newBuilder()
                .setName(resource.name())
                .setClientStatus(status(resource));
        if (body != null) {
            shown.setActiveState(ListenersConfigDump.DynamicListenerState.newBuilder()
                    .setVersionInfo(resource.version())
                    .setLastUpdated(time(resource.updated()))
                    .setListener(body));
        }
        if (resource.failure() != null) {
            shown.setErrorState(failure(resource.failure()));
        }
        return shown.build();
    }

    private static RoutesConfigDump.DynamicRouteConfig route(ReceivedResource resource, @Nullable Any body) {
        RoutesConfigDump.DynamicRouteConfig.Builder shown = RoutesConfigDump.DynamicRouteConfig.newBuilder()
                .setVersionInfo(resource.version())
                .setLastUpdated(time(resource.updated()))
                .setClientStatus(status(resource));
        if (body != null) {
            shown.setRouteConfig(body);
        }
        if (resource.failure() != null) {
            shown.setErrorState(failure(resource.failure()));
        }
        return shown.build();
    }

    private static SecretsConfigDump.DynamicSecret secret(ReceivedResource resource) {
        SecretsConfigDump.DynamicSecret.Builder shown = SecretsConfigDump.DynamicSecret.newBuilder()
                .setName(resource.name())
                .setVersionInfo(resource.version())
                .setLastUpdated(time(resource.updated()))
                .setClientStatus(status(resource));
        if (resource.failure() != null) {
            shown.setErrorState(failure(resource.failure()));
        }
        return shown.build();
    }

    private static ClientResourceStatus status(ReceivedResource resource) {
        return switch (resource.status()) {
            case REQUESTED -> ClientResourceStatus.REQUESTED;
            case DOES_NOT_EXIST -> ClientResourceStatus.DOES_NOT_EXIST;
            case ACKED -> ClientResourceStatus.ACKED;
            case NACKED -> ClientResourceStatus.NACKED;
        };
    }

    private static UpdateFailureState failure(ReceivedResource.Failure failure) {
        return UpdateFailureState.newBuilder()
                .setVersionInfo(failure.version())
                .setDetails(failure.details())
                .setLastUpdateAttempt(time(failure.at()))
                .build();
    }

    private static Timestamp time(@Nullable Instant at) {
        return at == null
                ? Timestamp.getDefaultInstance()
                : Timestamp.newBuilder()
                        .setSeconds(at.getEpochSecond())
                        .setNanos(at.getNano())
                        .build();
    }

    private static @Nullable Any body(ReceivedResource resource, TypeRegistry.Builder types) {
        if (resource.type() == ResourceType.SECRETS || resource.body().isEmpty()) {
            return null;
        }
        Any body = Any.newBuilder()
                .setTypeUrl(resource.type().url())
                .setValue(resource.body())
                .build();
        return learn(body, types) ? body : null;
    }

    /** Printing needs the type of every message packed in another; false if one is not known here. */
    private static boolean learn(Any packed, TypeRegistry.Builder types) {
        Message prototype = prototype(packed.getTypeUrl());
        if (prototype == null) {
            return false;
        }
        types.add(prototype.getDescriptorForType());
        try {
            return learnWithin(
                    prototype.newBuilderForType().mergeFrom(packed.getValue()).build(), types);
        } catch (InvalidProtocolBufferException e) {
            return false;
        }
    }

    private static boolean learnWithin(MessageOrBuilder message, TypeRegistry.Builder types) {
        if (message instanceof Any packed) {
            return learn(packed, types);
        }
        boolean all = true;
        for (Object value : message.getAllFields().values()) {
            if (value instanceof Message one) {
                all &= learnWithin(one, types);
            } else if (value instanceof List<?> many) {
                for (Object each : many) {
                    if (each instanceof Message one) {
                        all &= learnWithin(one, types);
                    }
                }
            }
        }
        return all;
    }

    private static @Nullable Message prototype(String url) {
        return ROOTS.containsKey(url) ? ROOTS.get(url) : SupportedFields.prototype(url);
    }

    private static final Map<String, Message> ROOTS = roots();

    private static Map<String, Message> roots() {
        Map<String, Message> roots = new LinkedHashMap<>();
        roots.put(ResourceType.CLUSTERS.url(), io.envoyproxy.envoy.config.cluster.v3.Cluster.getDefaultInstance());
        roots.put(
                ResourceType.ENDPOINTS.url(),
                io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment.getDefaultInstance());
        roots.put(ResourceType.LISTENERS.url(), io.envoyproxy.envoy.config.listener.v3.Listener.getDefaultInstance());
        roots.put(
                ResourceType.ROUTES.url(), io.envoyproxy.envoy.config.route.v3.RouteConfiguration.getDefaultInstance());
        return Map.copyOf(roots);
    }

    private static String print(JsonFormat.Printer printer, Message dump) {
        try {
            String fields = printer.print(dump).strip();
            String type = "\"@type\": \"type.googleapis.com/"
                    + dump.getDescriptorForType().getFullName() + "\"";
            String rest = fields.substring(1).strip();
            return "{\n  " + type + (rest.equals("}") ? "\n" : ",\n  ") + rest;
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("config_dump: " + e.getMessage(), e);
        }
    }
}
