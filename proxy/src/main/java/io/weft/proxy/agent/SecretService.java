package io.weft.proxy.agent;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.envoyproxy.envoy.service.secret.v3.SecretDiscoveryServiceGrpc.SecretDiscoveryServiceImplBase;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.weft.proxy.config.Secret;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/**
 * Envoy's Secret Discovery Service, version 3, in all three of its forms. Whoever can call it gets the key, so it is served where only
 * the workload's own account can.
 */
final class SecretService extends SecretDiscoveryServiceImplBase {
    private final Set<SecretStream<?>> streams = ConcurrentHashMap.newKeySet();
    private volatile OfferedSecrets offered = OfferedSecrets.NONE;

    /** These are the secrets now: every client that asked for one that changed is told. */
    void offer(Map<String, Secret> secrets) {
        OfferedSecrets next = OfferedSecrets.of(secrets);
        offered = next;
        streams.forEach(stream -> stream.offer(next));
    }

    /** Ends all streams. */
    void close() {
        streams.forEach(SecretStream::end);
    }

    @Override
    public StreamObserver<DiscoveryRequest> streamSecrets(StreamObserver<DiscoveryResponse> responses) {
        return open(responses, (nonce, wanted, changed) -> sotw(nonce, wanted), (stream, request) -> {
            if (!stream.isCurrent(request.getResponseNonce())) {
                return;
            }
            if (request.hasErrorDetail()) {
                stream.refused(request.getErrorDetail().getMessage());
            }
            stream.replace(request.getResourceNamesList());
        });
    }

    @Override
    public StreamObserver<DeltaDiscoveryRequest> deltaSecrets(StreamObserver<DeltaDiscoveryResponse> responses) {
        return open(responses, (nonce, wanted, changed) -> delta(nonce, changed), (stream, request) -> {
            if (request.hasErrorDetail()) {
                stream.refused(request.getErrorDetail().getMessage());
            }
            stream.unsubscribe(request.getResourceNamesUnsubscribeList());
            Map<String, String> kept = request.getInitialResourceVersionsMap();
            List<String> names = request.getResourceNamesSubscribeList().stream()
                    .filter(name -> !kept.containsKey(name))
                    .toList();
            stream.resume(kept);
            if (!names.isEmpty() || !kept.isEmpty()) {
                stream.subscribe(names);
            }
        });
    }

    @Override
    public void fetchSecrets(DiscoveryRequest request, StreamObserver<DiscoveryResponse> response) {
        var wanted = offered.of(request.getResourceNamesList());
        if (wanted.isEmpty()) {
            response.onError(Status.UNAVAILABLE
                    .withDescription("none of " + request.getResourceNamesList() + " is there yet")
                    .asRuntimeException());
            return;
        }
        response.onNext(sotw("0", wanted));
        response.onCompleted();
    }

    private <Q, A> StreamObserver<Q> open(
            StreamObserver<A> responses, SecretStream.Writer<A> writer, BiConsumer<SecretStream<A>, Q> heard) {
        var stream = new SecretStream<>(responses, writer, offered);
        streams.add(stream);
        // Between the line before and this one the secrets may have changed.
        stream.offer(offered);
        if (responses instanceof ServerCallStreamObserver<A> call) {
            call.setOnCancelHandler(() -> lost(stream));
        }
        return new StreamObserver<>() {
            @Override
            public void onNext(Q request) {
                heard.accept(stream, request);
            }

            @Override
            public void onError(Throwable error) {
                lost(stream);
            }

            @Override
            public void onCompleted() {
                streams.remove(stream);
                stream.end();
            }
        };
    }

    private void lost(SecretStream<?> stream) {
        streams.remove(stream);
        stream.lost();
    }

    private static DiscoveryResponse sotw(String nonce, Map<String, OfferedSecrets.Offered> wanted) {
        var response = DiscoveryResponse.newBuilder()
                .setTypeUrl(OfferedSecrets.TYPE_URL)
                .setVersionInfo(OfferedSecrets.version(new TreeMap<>(wanted)))
                .setNonce(nonce);
        wanted.values().forEach(secret -> response.addResources(secret.any()));
        return response.build();
    }

    private static DeltaDiscoveryResponse delta(String nonce, Map<String, OfferedSecrets.Offered> changed) {
        var response = DeltaDiscoveryResponse.newBuilder()
                .setTypeUrl(OfferedSecrets.TYPE_URL)
                .setSystemVersionInfo(OfferedSecrets.version(new TreeMap<>(changed)))
                .setNonce(nonce);
        changed.forEach((name, secret) -> response.addResources(resource(name, secret.version(), secret.any())));
        return response.build();
    }

    private static Resource resource(String name, String version, Any any) {
        return Resource.newBuilder()
                .setName(name)
                .setVersion(version)
                .setResource(any)
                .build();
    }
}
