package io.weft.proxy.xds;

import io.weft.proxy.config.Bootstrap;
import io.weft.proxy.wire.Bytes;
import io.weft.proxy.wire.Draft;
import io.weft.proxy.wire.Json;
import io.weft.proxy.wire.Message;
import io.weft.proxy.wire.PlainMessage;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** From requests to protobuf. */
final class WireRequests {

    /** What this client does that a server may want to know. */
    private static final List<String> CLIENT_FEATURES =
            List.of("envoy.lb.does_not_support_overprovisioning", "xds.config.resource-in-sotw");

    private static final String DISCOVERY = "envoy.service.discovery.v3.";
    /** {@code google.rpc.Code.INVALID_ARGUMENT}. */
    private static final int INVALID_ARGUMENT = 3;

    private WireRequests() {}

    /** @throws IllegalArgumentException when the metadata is not a JSON object */
    static Message node(Bootstrap.Node node) {
        Map<String, Object> metadata;
        try {
            metadata = node.metadata().isEmpty() ? Map.of() : Json.object(node.metadata());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("node.metadata: expected a JSON object: " + e.getMessage(), e);
        }
        Message locality = Draft.of("envoy.config.core.v3.Locality")
                .with("region", node.region())
                .with("zone", node.zone())
                .with("sub_zone", node.subZone())
                .build();
        return Draft.of("envoy.config.core.v3.Node")
                .with("id", node.id())
                .with("cluster", node.cluster())
                .with("locality", locality)
                .with("metadata", PlainMessage.struct(metadata))
                .with("user_agent_name", "weft")
                .with("client_features", CLIENT_FEATURES)
                .build();
    }

    /** @param node who asks; only the first request of a stream says it */
    static Bytes of(Request request, @Nullable Message node) {
        Draft message = switch (request) {
            case Request.StateOfTheWorld asked -> stateOfTheWorld(asked);
            case Request.Delta asked -> delta(asked);
        };
        if (node != null) {
            message.with("node", node);
        }
        return message.build().toBytes();
    }

    private static Draft stateOfTheWorld(Request.StateOfTheWorld request) {
        Draft message = Draft.of(DISCOVERY + "DiscoveryRequest")
                .with("type_url", request.typeUrl())
                .with("version_info", request.version())
                .with("response_nonce", request.nonce())
                .with("resource_names", List.copyOf(request.names()));
        return request.error() == null ? message : message.with("error_detail", error(request.error()));
    }

    private static Draft delta(Request.Delta request) {
        Draft message = Draft.of(DISCOVERY + "DeltaDiscoveryRequest")
                .with("type_url", request.typeUrl())
                .with("response_nonce", request.nonce())
                .with("resource_names_subscribe", List.copyOf(request.subscribe()))
                .with("resource_names_unsubscribe", List.copyOf(request.unsubscribe()))
                .with("initial_resource_versions", request.held());
        return request.error() == null ? message : message.with("error_detail", error(request.error()));
    }

    private static Message error(String message) {
        return Draft.of("google.rpc.Status")
                .with("code", INVALID_ARGUMENT)
                .with("message", message)
                .build();
    }
}
