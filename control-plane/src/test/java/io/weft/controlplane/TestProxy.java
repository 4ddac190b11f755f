package io.weft.controlplane;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.Status;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.weft.controlplane.generate.ResourceType;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A client of the incremental variant, which takes what it is given, unless told to refuse it, and answers. */
final class TestProxy implements ClientResponseObserver<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
    private static final long SECONDS = 10;

    final Map<ResourceType, TreeMap<String, Resource>> held = new EnumMap<>(ResourceType.class);
    private final Node node;
    private final boolean reads;
    private final LinkedBlockingQueue<DeltaDiscoveryResponse> responses = new LinkedBlockingQueue<>();
    private final CompletableFuture<io.grpc.Status> end = new CompletableFuture<>();
    private final CompletableFuture<ClientCallStreamObserver<DeltaDiscoveryRequest>> requests =
            new CompletableFuture<>();

    private TestProxy(Node node, boolean reads) {
        this.node = node;
        this.reads = reads;
        for (ResourceType type : ResourceType.values()) {
            held.put(type, new TreeMap<>());
        }
    }

    static TestProxy connect(Channel channel, Node node) {
        return connect(channel, node, true);
    }

    /** @param reads whether it reads all the time, or only when {@link #read} is called */
    static TestProxy connect(Channel channel, Node node, boolean reads) {
        var proxy = new TestProxy(node, reads);
        var _ = AggregatedDiscoveryServiceGrpc.newStub(channel).deltaAggregatedResources(proxy);
        return proxy;
    }

    static Node node(String namespace, String name) {
        return Node.newBuilder()
                .setId("sidecar~10.0.0.1~" + name + "." + namespace + "~" + namespace + ".svc.cluster.local")
                .setMetadata(Struct.newBuilder()
                        .putFields(
                                "NAMESPACE",
                                Value.newBuilder().setStringValue(namespace).build()))
                .build();
    }

    static Node node(String namespace, String name, String key, String value) {
        Node node = node(namespace, name);
        return node.toBuilder()
                .setMetadata(node.getMetadata().toBuilder()
                        .putFields(key, Value.newBuilder().setStringValue(value).build()))
                .build();
    }

    Map<String, Resource> of(ResourceType type) {
        return Objects.requireNonNull(held.get(type));
    }

    void subscribe(ResourceType type, String... names) {
        send(DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl(type.typeUrl())
                .addAllResourceNamesSubscribe(List.of(names)));
    }

    /** Says what it has kept from another stream. */
    void resume(ResourceType type, Map<String, Resource> kept, String... names) {
        var request = DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl(type.typeUrl())
                .addAllResourceNamesSubscribe(List.of(names));
        kept.forEach((name, resource) -> request.putInitialResourceVersions(name, resource.getVersion()));
        of(type).putAll(kept);
        send(request);
    }

    void send(DeltaDiscoveryRequest.Builder request) {
        requests.join().onNext(request.setNode(node).build());
    }

    /** The next response of the type, taken and acknowledged; responses of other types before it are so too. */
    DeltaDiscoveryResponse next(ResourceType type) throws InterruptedException {
        return next(response -> response.getTypeUrl().equals(type.typeUrl()));
    }

    DeltaDiscoveryResponse next(Predicate<DeltaDiscoveryResponse> wanted) throws InterruptedException {
        while (true) {
            DeltaDiscoveryResponse response = responses.poll(SECONDS, TimeUnit.SECONDS);
            assertThat(response)
                    .as("a response within %s s; stream: %s", SECONDS, end)
                    .isNotNull();
            take(response);
            if (wanted.test(response)) {
                return response;
            }
        }
    }

    /** The next response, refused. */
    DeltaDiscoveryResponse refuse(String why) throws InterruptedException {
        DeltaDiscoveryResponse response = responses.poll(SECONDS, TimeUnit.SECONDS);
        assertThat(response).isNotNull();
        send(DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl(response.getTypeUrl())
                .setResponseNonce(response.getNonce())
                .setErrorDetail(Status.newBuilder().setCode(3).setMessage(why)));
        return response;
    }

    private void take(DeltaDiscoveryResponse response) {
        ResourceType.ofTypeUrl(response.getTypeUrl()).ifPresent(type -> {
            response.getResourcesList().forEach(resource -> of(type).put(resource.getName(), resource));
            response.getRemovedResourcesList().forEach(of(type)::remove);
        });
        send(DeltaDiscoveryRequest.newBuilder()
                .setTypeUrl(response.getTypeUrl())
                .setResponseNonce(response.getNonce()));
    }

    int unread() {
        return responses.size();
    }

    /** Reads one more response, of a proxy that does not read by itself. */
    void read() {
        requests.join().request(1);
    }

    io.grpc.Status end() {
        return end.orTimeout(SECONDS, TimeUnit.SECONDS).join();
    }

    void hangUp() {
        requests.join().cancel("done", null);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<DeltaDiscoveryRequest> stream) {
        if (!reads) {
            stream.disableAutoRequestWithInitial(0);
        }
        requests.complete(stream);
    }

    @Override
    public void onNext(DeltaDiscoveryResponse response) {
        responses.add(response);
    }

    @Override
    public void onError(Throwable error) {
        end.complete(
                error instanceof StatusRuntimeException status
                        ? status.getStatus()
                        : io.grpc.Status.fromThrowable(error));
    }

    @Override
    public void onCompleted() {
        end.complete(io.grpc.Status.OK);
    }
}
