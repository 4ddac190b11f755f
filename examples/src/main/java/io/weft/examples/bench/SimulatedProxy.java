package io.weft.examples.bench;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.weft.controlplane.generate.ResourceType;
import io.weft.examples.bench.SeenResources.Seen;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A sidecar as the control plane sees it: one connection with one delta ADS stream, which asks for clusters, then for their endpoints,
 * then for listeners and their routes, acknowledges what it gets, and says after a loss of the stream what it has kept. It takes no
 * traffic. All of it on the fleet's thread.
 */
final class SimulatedProxy {
    private static final List<ResourceType> TYPES =
            List.of(ResourceType.CLUSTER, ResourceType.ENDPOINT, ResourceType.LISTENER, ResourceType.ROUTE);

    /** Of one type: what was asked for by name, and what is there. */
    private static final class Kept {
        final BitSet wanted = new BitSet();
        /** By id; a map would take ten times the memory, a thousand times over. */
        @Nullable
        Seen[] held = new Seen[0];

        int count;

        @Nullable
        Seen get(int id) {
            return id < held.length ? held[id] : null;
        }

        void put(int id, @Nullable Seen seen) {
            if (id >= held.length) {
                held = Arrays.copyOf(held, Math.max(16, id * 3 / 2 + 1));
            }
            count += (seen == null ? 0 : 1) - (held[id] == null ? 0 : 1);
            held[id] = seen;
        }

        boolean complete() {
            return wanted.stream().allMatch(id -> get(id) != null);
        }
    }

    private final Node node;
    private final Fleet fleet;
    private final SeenResources resources;
    private final Map<ResourceType, Kept> kept = new EnumMap<>(ResourceType.class);
    private final Set<ResourceType> asked = EnumSet.noneOf(ResourceType.class);
    private final Set<ResourceType> answered = EnumSet.noneOf(ResourceType.class);
    private @Nullable Stream stream;

    SimulatedProxy(GeneratedMesh.Pod pod, Fleet fleet, SeenResources resources) {
        this.node = node(pod);
        this.fleet = fleet;
        this.resources = resources;
        TYPES.forEach(type -> kept.put(type, new Kept()));
    }

    /** As Istio's agent names a sidecar. */
    private static Node node(GeneratedMesh.Pod pod) {
        String namespace = GeneratedMesh.NAMESPACE;
        return Node.newBuilder()
                .setId("sidecar~" + pod.address() + "~" + pod.name() + "." + namespace + "~" + namespace
                        + ".svc.cluster.local")
                .setCluster(pod.service() + "." + namespace)
                .setMetadata(Struct.newBuilder()
                        .putFields("NAMESPACE", text(namespace))
                        .putFields("SERVICE_ACCOUNT", text(pod.service()))
                        .putFields("INSTANCE_IPS", text(pod.address()))
                        .putFields(
                                "LABELS",
                                Value.newBuilder()
                                        .setStructValue(Struct.newBuilder().putFields("app", text(pod.service())))
                                        .build()))
                .build();
    }

    private static Value text(String value) {
        return Value.newBuilder().setStringValue(value).build();
    }

    String id() {
        return node.getId();
    }

    /** Opens the stream; what is there from an earlier one is told to the control plane. */
    void connect(ManagedChannel channel) {
        hangUp();
        asked.clear();
        answered.clear();
        var next = new Stream(channel);
        stream = next;
        var _ = AggregatedDiscoveryServiceGrpc.newStub(channel).deltaAggregatedResources(next);
        boolean first = of(ResourceType.CLUSTER).count == 0;
        for (ResourceType type : first ? List.of(ResourceType.CLUSTER) : TYPES) {
            subscribe(type);
        }
    }

    void hangUp() {
        Stream before = stream;
        stream = null;
        if (before != null) {
            before.channel.shutdownNow();
        }
    }

    /** Whether it has all that it needs to serve, and was told so on this stream. */
    boolean complete() {
        return answered.containsAll(TYPES)
                && of(ResourceType.ENDPOINT).complete()
                && of(ResourceType.ROUTE).complete();
    }

    boolean holds(int assignment, Set<String> addresses) {
        Seen seen = of(ResourceType.ENDPOINT).get(assignment);
        return seen != null && seen.addresses().equals(addresses);
    }

    int count(ResourceType type) {
        return of(type).count;
    }

    private void received(DeltaDiscoveryResponse response) {
        ResourceType type = ResourceType.ofTypeUrl(response.getTypeUrl()).orElse(ResourceType.SECRET);
        if (!asked.contains(type)) {
            fleet.fault(this, "was sent " + response.getTypeUrl() + ", which it did not ask for");
            return;
        }
        try {
            var refers = new ArrayList<Integer>();
            for (Resource resource : response.getResourcesList()) {
                Seen seen = resources.look(type, resource);
                of(type).put(seen.id(), seen);
                refers.addAll(seen.refers());
            }
            response.getRemovedResourcesList().forEach(name -> of(type).put(resources.id(type, name), null));
            answered.add(type);
            send(DeltaDiscoveryRequest.newBuilder()
                    .setTypeUrl(type.typeUrl())
                    .setResponseNonce(response.getNonce())
                    .build());
            askNext(type, refers);
        } catch (BenchException e) {
            fleet.fault(this, String.valueOf(e.getMessage()));
            return;
        }
        fleet.changed(this);
    }

    private void askNext(ResourceType type, List<Integer> refers) {
        if (!refers.isEmpty()) {
            want(SeenResources.referredBy(type), refers);
        }
        // Envoy asks for listeners when its clusters have their endpoints.
        if (!asked.contains(ResourceType.LISTENER)
                && asked.contains(ResourceType.ENDPOINT)
                && of(ResourceType.ENDPOINT).complete()) {
            subscribe(ResourceType.LISTENER);
        }
    }

    private void want(ResourceType type, List<Integer> ids) {
        Kept ofType = of(type);
        if (asked.add(type)) {
            ids.forEach(ofType.wanted::set);
            send(request(type));
            return;
        }
        var more = DeltaDiscoveryRequest.newBuilder().setTypeUrl(type.typeUrl());
        for (int id : ids) {
            if (!ofType.wanted.get(id)) {
                ofType.wanted.set(id);
                more.addResourceNamesSubscribe(resources.name(type, id));
            }
        }
        if (more.getResourceNamesSubscribeCount() > 0) {
            send(more.build());
        }
    }

    private void subscribe(ResourceType type) {
        asked.add(type);
        send(request(type));
    }

    private DeltaDiscoveryRequest request(ResourceType type) {
        return resources.request(type, of(type).wanted, of(type).held);
    }

    private void send(DeltaDiscoveryRequest request) {
        if (stream != null) {
            stream.send(request);
        }
    }

    private Kept of(ResourceType type) {
        return Objects.requireNonNull(kept.get(type), type.name());
    }

    /** One life of the stream; what comes of an earlier one is not listened to. */
    private final class Stream implements ClientResponseObserver<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
        private final ManagedChannel channel;
        private @Nullable ClientCallStreamObserver<DeltaDiscoveryRequest> requests;
        private boolean nodeSent;

        Stream(ManagedChannel channel) {
            this.channel = channel;
        }

        void send(DeltaDiscoveryRequest request) {
            var open = Objects.requireNonNull(requests);
            open.onNext(nodeSent ? request : request.toBuilder().setNode(node).build());
            nodeSent = true;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<DeltaDiscoveryRequest> opened) {
            requests = opened;
        }

        @Override
        public void onNext(DeltaDiscoveryResponse response) {
            if (stream == this) {
                received(response);
            }
        }

        @Override
        public void onError(Throwable error) {
            if (stream == this) {
                Throwable cause = error.getCause();
                fleet.lost(SimulatedProxy.this, error.getMessage() + (cause == null ? "" : " (" + cause + ")"));
            }
        }

        @Override
        public void onCompleted() {
            if (stream == this) {
                fleet.lost(SimulatedProxy.this, "the control plane ended it");
            }
        }
    }
}
