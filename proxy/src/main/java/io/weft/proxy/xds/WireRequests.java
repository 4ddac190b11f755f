package io.weft.proxy.xds;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.Status;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.grpc.Status.Code;
import io.weft.proxy.config.Bootstrap;
import java.util.List;

/** From requests to protobuf. */
final class WireRequests {

    /** What this client does that a server may want to know. */
    private static final List<String> CLIENT_FEATURES =
            List.of("envoy.lb.does_not_support_overprovisioning", "xds.config.resource-in-sotw");

    private WireRequests() {}

    /** @throws IllegalArgumentException when the metadata is not a JSON object */
    static Node node(Bootstrap.Node node) {
        Struct.Builder metadata = Struct.newBuilder();
        try {
            JsonFormat.parser().merge(node.metadata().isEmpty() ? "{}" : node.metadata(), metadata);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("node.metadata: expected a JSON object: " + e.getMessage(), e);
        }
        return Node.newBuilder()
                .setId(node.id())
                .setCluster(node.cluster())
                .setLocality(Locality.newBuilder()
                        .setRegion(node.region())
                        .setZone(node.zone())
                        .setSubZone(node.subZone()))
                .setMetadata(metadata)
                .setUserAgentName("weft")
                .addAllClientFeatures(CLIENT_FEATURES)
                .build();
    }

    static DiscoveryRequest of(Request.StateOfTheWorld request) {
        DiscoveryRequest.Builder message = DiscoveryRequest.newBuilder()
                .setTypeUrl(request.typeUrl())
                .setVersionInfo(request.version())
                .setResponseNonce(request.nonce())
                .addAllResourceNames(request.names());
        if (request.error() != null) {
            message.setErrorDetail(error(request.error()));
        }
        return message.build();
    }

    static DeltaDiscoveryRequest of(Request.Delta request) {
        DeltaDiscoveryRequest.Builder message = DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl(request.typeUrl())
                .setResponseNonce(request.nonce())
                .addAllResourceNamesSubscribe(request.subscribe())
                .addAllResourceNamesUnsubscribe(request.unsubscribe())
                .putAllInitialResourceVersions(request.held());
        if (request.error() != null) {
            message.setErrorDetail(error(request.error()));
        }
        return message.build();
    }

    private static Status error(String message) {
        return Status.newBuilder()
                .setCode(Code.INVALID_ARGUMENT.value())
                .setMessage(message)
                .build();
    }
}
