package io.weft.controlplane.serve;

import io.envoyproxy.envoy.config.core.v3.ControlPlane;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.weft.controlplane.generate.EncodedResource;
import io.weft.controlplane.generate.ResourceType;
import java.util.Optional;

/**
 * One variant between the machine's words and protobuf's.
 *
 * @param <Q> the request message
 * @param <A> the response message
 * @param <R> the request of the machine
 */
interface Wire<Q, A, R> {
    Protocol<R> protocol();

    /** What {@code /debug/syncz} calls the variant. */
    String variant();

    Node node(Q message);

    String typeUrl(Q message);

    R request(Q message, ResourceType type);

    /**
     * The answer to a first request for a type that this control plane does not know: there is nothing of it. Without an answer an
     * Envoy would wait for its initial fetch timeout. Empty for an ACK of that answer.
     */
    Optional<A> unknownType(Q message);

    /** The message of an effect that sends one of this variant. */
    A response(Effect effect);

    /** What tells the proxy which program it is talking to. */
    ControlPlane SELF = ControlPlane.newBuilder().setIdentifier("weft").build();

    /** The nonce of all empty answers for unknown types. */
    String NOTHING = "nothing";

    /** The incremental variant. */
    record Delta() implements Wire<DeltaDiscoveryRequest, DeltaDiscoveryResponse, DeltaRequest> {
        @Override
        public Protocol<DeltaRequest> protocol() {
            return new DeltaProtocol();
        }

        @Override
        public String variant() {
            return "delta";
        }

        @Override
        public Node node(DeltaDiscoveryRequest message) {
            return message.getNode();
        }

        @Override
        public String typeUrl(DeltaDiscoveryRequest message) {
            return message.getTypeUrl();
        }

        @Override
        public DeltaRequest request(DeltaDiscoveryRequest message, ResourceType type) {
            return new DeltaRequest(
                    type,
                    message.getResourceNamesSubscribeList(),
                    message.getResourceNamesUnsubscribeList(),
                    message.getInitialResourceVersionsMap(),
                    message.getResponseNonce(),
                    message.hasErrorDetail()
                            ? Optional.of(message.getErrorDetail().getMessage())
                            : Optional.empty());
        }

        @Override
        public Optional<DeltaDiscoveryResponse> unknownType(DeltaDiscoveryRequest message) {
            return message.getResponseNonce().isEmpty()
                    ? Optional.of(DeltaDiscoveryResponse.newBuilder()
                            .setTypeUrl(message.getTypeUrl())
                            .setNonce(NOTHING)
                            .setControlPlane(SELF)
                            .build())
                    : Optional.empty();
        }

        @Override
        public DeltaDiscoveryResponse response(Effect effect) {
            if (!(effect instanceof Effect.SendDelta send)) {
                throw new IllegalArgumentException("not a response of the incremental variant: " + effect);
            }
            var response = DeltaDiscoveryResponse.newBuilder()
                    .setTypeUrl(send.type().typeUrl())
                    .setSystemVersionInfo(send.version())
                    .setNonce(send.nonce())
                    .addAllRemovedResources(send.removed())
                    .setControlPlane(SELF);
            for (EncodedResource resource : send.resources()) {
                response.addResources(resource.named());
            }
            return response.build();
        }
    }

    /** The state-of-the-world variant. */
    record Sotw() implements Wire<DiscoveryRequest, DiscoveryResponse, SotwRequest> {
        @Override
        public Protocol<SotwRequest> protocol() {
            return new SotwProtocol();
        }

        @Override
        public String variant() {
            return "sotw";
        }

        @Override
        public Node node(DiscoveryRequest message) {
            return message.getNode();
        }

        @Override
        public String typeUrl(DiscoveryRequest message) {
            return message.getTypeUrl();
        }

        @Override
        public SotwRequest request(DiscoveryRequest message, ResourceType type) {
            return new SotwRequest(
                    type,
                    message.getResourceNamesList(),
                    message.getVersionInfo(),
                    message.getResponseNonce(),
                    message.hasErrorDetail()
                            ? Optional.of(message.getErrorDetail().getMessage())
                            : Optional.empty());
        }

        @Override
        public Optional<DiscoveryResponse> unknownType(DiscoveryRequest message) {
            return message.getResponseNonce().isEmpty()
                    ? Optional.of(DiscoveryResponse.newBuilder()
                            .setTypeUrl(message.getTypeUrl())
                            .setVersionInfo(NOTHING)
                            .setNonce(NOTHING)
                            .setControlPlane(SELF)
                            .build())
                    : Optional.empty();
        }

        @Override
        public DiscoveryResponse response(Effect effect) {
            if (!(effect instanceof Effect.SendSotw send)) {
                throw new IllegalArgumentException("not a response of the state-of-the-world variant: " + effect);
            }
            var response = DiscoveryResponse.newBuilder()
                    .setTypeUrl(send.type().typeUrl())
                    .setVersionInfo(send.version())
                    .setNonce(send.nonce())
                    .setControlPlane(SELF);
            send.resources().forEach(resource -> response.addResources(resource.any()));
            return response.build();
        }
    }
}
