package io.weft.proxy.xds;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** From protobuf to events, with every resource judged by its parser. */
final class WireResponses {

    private static final String WRAPPED = "type.googleapis.com/envoy.service.discovery.v3.Resource";

    private final ResourceParser parser;

    WireResponses(ResourceParser parser) {
        this.parser = parser;
    }

    Event read(DiscoveryResponse response, long now) {
        ResourceType type = ResourceType.of(response.getTypeUrl());
        if (type == null) {
            return new Event.UnknownType(response.getTypeUrl(), response.getNonce());
        }
        List<Judged> judged = new ArrayList<>(response.getResourcesCount());
        for (int i = 0; i < response.getResourcesCount(); i++) {
            Any any = response.getResources(i);
            judged.add(
                    any.getTypeUrl().equals(WRAPPED)
                            ? unwrap(type, any, response.getVersionInfo(), i)
                            : judge(type, any, "", response.getVersionInfo(), null, i));
        }
        return new Event.Response(type, response.getVersionInfo(), response.getNonce(), judged, List.of(), now);
    }

    Event read(DeltaDiscoveryResponse response, long now) {
        ResourceType type = ResourceType.of(response.getTypeUrl());
        if (type == null) {
            return new Event.UnknownType(response.getTypeUrl(), response.getNonce());
        }
        List<Judged> judged = new ArrayList<>(response.getResourcesCount());
        for (int i = 0; i < response.getResourcesCount(); i++) {
            judged.add(judge(type, response.getResources(i), i));
        }
        return new Event.Response(
                type,
                response.getSystemVersionInfo(),
                response.getNonce(),
                judged,
                List.copyOf(response.getRemovedResourcesList()),
                now);
    }

    private Judged unwrap(ResourceType type, Any any, String version, int index) {
        try {
            Resource resource = Resource.parseFrom(any.getValue());
            return judge(
                    type,
                    resource.getVersion().isEmpty()
                            ? resource.toBuilder().setVersion(version).build()
                            : resource,
                    index);
        } catch (InvalidProtocolBufferException e) {
            return new Judged.Rejected("", version, at(index) + "not a Resource: " + e.getMessage());
        }
    }

    private Judged judge(ResourceType type, Resource resource, int index) {
        Duration ttl = resource.hasTtl()
                ? Duration.ofSeconds(
                        resource.getTtl().getSeconds(), resource.getTtl().getNanos())
                : null;
        if (!resource.hasResource() && ttl != null) {
            return new Judged.Heartbeat(resource.getName(), resource.getVersion(), ttl);
        }
        return judge(type, resource.getResource(), resource.getName(), resource.getVersion(), ttl, index);
    }

    /** @param name as the envelope says; empty where there is none */
    private Judged judge(ResourceType type, Any any, String name, String version, @Nullable Duration ttl, int index) {
        if (!any.getTypeUrl().equals(type.url())) {
            return new Judged.Rejected(
                    name, version, at(index) + "type URL " + any.getTypeUrl() + ": expected " + type.url());
        }
        try {
            io.weft.proxy.xds.Resource parsed = parser.parse(type, any);
            if (!name.isEmpty() && !name.equals(parsed.name())) {
                return new Judged.Rejected(
                        name, version, at(index) + "name " + parsed.name() + ": expected " + name + ", as enclosed");
            }
            ByteString kept = type == ResourceType.SECRETS ? ByteString.EMPTY : any.getValue();
            return new Judged.Accepted(parsed.name(), version, parsed, kept, ttl);
        } catch (RuntimeException e) {
            String reason = e.getMessage() == null ? e.toString() : e.getMessage();
            return new Judged.Rejected(name.isEmpty() ? nameOf(type, any) : name, version, reason);
        }
    }

    /** The name of a resource that was refused; empty when not even that can be read. */
    private static String nameOf(ResourceType type, Any any) {
        ByteString body = any.getValue();
        try {
            return switch (type) {
                case CLUSTERS -> Cluster.parseFrom(body).getName();
                case ENDPOINTS -> ClusterLoadAssignment.parseFrom(body).getClusterName();
                case LISTENERS -> Listener.parseFrom(body).getName();
                case ROUTES -> RouteConfiguration.parseFrom(body).getName();
                case SECRETS -> Secret.parseFrom(body).getName();
            };
        } catch (InvalidProtocolBufferException e) {
            return "";
        }
    }

    private static String at(int index) {
        return "resources[" + index + "]: ";
    }
}
