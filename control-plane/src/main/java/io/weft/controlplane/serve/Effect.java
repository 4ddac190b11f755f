package io.weft.controlplane.serve;

import io.grpc.Status;
import io.weft.controlplane.generate.EncodedResource;
import io.weft.controlplane.generate.ResourceType;
import java.util.List;

/** What a step of the protocol wants done, in this order. */
sealed interface Effect {
    /** Send a DeltaDiscoveryResponse. */
    record SendDelta(
            ResourceType type, String version, String nonce, List<EncodedResource> resources, List<String> removed)
            implements Effect {}

    /** Send a DiscoveryResponse. */
    record SendSotw(ResourceType type, String version, String nonce, List<EncodedResource> resources)
            implements Effect {}

    /** The proxy took a response. */
    record Acked(ResourceType type, String version) implements Effect {}

    /** The proxy refused a response and keeps what it had. */
    record Nacked(ResourceType type, String version, String error) implements Effect {}

    /** A request answered a response that was not the last one, so its subscription was not heeded (state of the world only). */
    record ExpiredNonce(ResourceType type) implements Effect {}

    /** End the stream. No effect follows. */
    record Close(Status.Code code, String reason) implements Effect {}
}
