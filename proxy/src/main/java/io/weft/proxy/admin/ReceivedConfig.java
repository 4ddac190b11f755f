package io.weft.proxy.admin;

import io.weft.proxy.wire.Bytes;
import io.weft.proxy.wire.Draft;
import io.weft.proxy.wire.Message;
import io.weft.proxy.wire.PlainMessage;
import io.weft.proxy.xds.ReceivedResource;
import io.weft.proxy.xds.ResourceType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
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

    /** Where resources of one type stand in the dump. */
    private record Section(String dump, String list, String entry, String body) {}

    private static final String ADMIN = "envoy.admin.v3.";

    private static final Map<ResourceType, Section> SECTIONS = new EnumMap<>(Map.of(
            ResourceType.CLUSTERS,
            new Section("ClustersConfigDump", "dynamic_active_clusters", "DynamicCluster", "cluster"),
            ResourceType.ENDPOINTS,
            new Section("EndpointsConfigDump", "dynamic_endpoint_configs", "DynamicEndpointConfig", "endpoint_config"),
            ResourceType.LISTENERS,
            new Section("ListenersConfigDump", "dynamic_listeners", "DynamicListener", "listener"),
            ResourceType.ROUTES,
            new Section("RoutesConfigDump", "dynamic_route_configs", "DynamicRouteConfig", "route_config"),
            ResourceType.SECRETS,
            new Section("SecretsConfigDump", "dynamic_active_secrets", "DynamicSecret", "")));

    @Override
    public List<Map<String, Object>> sections(boolean withEndpoints) {
        Map<ResourceType, List<Message>> shown = new EnumMap<>(ResourceType.class);
        SECTIONS.keySet().forEach(type -> shown.put(type, new ArrayList<>()));
        for (ReceivedResource resource : received.get()) {
            Section section = SECTIONS.get(resource.type());
            List<Message> entries = shown.get(resource.type());
            if (section != null && entries != null) {
                entries.add(entry(section, resource));
            }
        }
        List<Map<String, Object>> dumps = new ArrayList<>();
        SECTIONS.forEach((type, section) -> {
            if (type != ResourceType.ENDPOINTS || withEndpoints) {
                dumps.add(PlainMessage.typed(Draft.of(ADMIN + section.dump())
                        .with(section.list(), shown.getOrDefault(type, List.of()))
                        .build()));
            }
        });
        return dumps;
    }

    private static Message entry(Section section, ReceivedResource resource) {
        Draft entry = Draft.of(ADMIN + section.dump() + "." + section.entry());
        if (resource.type() == ResourceType.LISTENERS) {
            // A listener's versions are told apart by their states; the one shown is the active one.
            entry.with("name", resource.name());
            if (hasBody(resource)) {
                entry.with(
                        "active_state",
                        received(section, resource, Draft.of(ADMIN + "ListenersConfigDump.DynamicListenerState")));
            }
        } else {
            if (resource.type() == ResourceType.SECRETS) {
                entry.with("name", resource.name());
            }
            received(section, resource, entry);
        }
        entry.with("client_status", status(entry, resource));
        if (resource.failure() != null) {
            entry.with("error_state", failure(resource.failure()));
        }
        return entry.build();
    }

    private static Message received(Section section, ReceivedResource resource, Draft state) {
        state.with("version_info", resource.version()).with("last_updated", time(resource.updated()));
        if (hasBody(resource)) {
            state.with(section.body(), body(resource));
        }
        return state.build();
    }

    private static boolean hasBody(ReceivedResource resource) {
        return resource.type() != ResourceType.SECRETS && !resource.body().isEmpty();
    }

    private static Message body(ReceivedResource resource) {
        Bytes body = resource.body();
        return Draft.of("google.protobuf.Any")
                .with("type_url", resource.type().url())
                .with("value", body)
                .build();
    }

    /** The names of Envoy's {@code ClientResourceStatus} are those of the status here. */
    private static Integer status(Draft entry, ReceivedResource resource) {
        return entry.type().number("client_status", resource.status().name());
    }

    private static Message failure(ReceivedResource.Failure failure) {
        return Draft.of(ADMIN + "UpdateFailureState")
                .with("version_info", failure.version())
                .with("details", failure.details())
                .with("last_update_attempt", time(failure.at()))
                .build();
    }

    private static Message time(@Nullable Instant at) {
        Draft time = Draft.of("google.protobuf.Timestamp");
        return at == null
                ? time.build()
                : time.with("seconds", at.getEpochSecond())
                        .with("nanos", at.getNano())
                        .build();
    }
}
