package io.weft.examples.training;

import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.stub.StreamObserver;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Tells a proxy the script over delta ADS, each resource once. */
final class Teacher extends AggregatedDiscoveryServiceImplBase {

    private final Script script;

    Teacher(Script script) {
        this.script = script;
    }

    @Override
    public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
            StreamObserver<DeltaDiscoveryResponse> answers) {
        return new StreamObserver<>() {
            private final Set<String> told = new HashSet<>();
            private int nonce;

            @Override
            public void onNext(DeltaDiscoveryRequest request) {
                if (request.hasErrorDetail()) {
                    throw new IllegalStateException(
                            "refused: " + request.getErrorDetail().getMessage());
                }
                Map<String, Resource> known = script.of(request.getTypeUrl());
                if (request.getResourceNamesSubscribeList().contains("*") || isWildcard(request)) {
                    tell(request.getTypeUrl(), known, known.keySet());
                } else {
                    tell(request.getTypeUrl(), known, Set.copyOf(request.getResourceNamesSubscribeList()));
                }
            }

            private boolean isWildcard(DeltaDiscoveryRequest request) {
                String type = request.getTypeUrl();
                return request.getResponseNonce().isEmpty()
                        && (type.endsWith(".Cluster") || type.endsWith(".Listener"));
            }

            private void tell(String type, Map<String, Resource> known, Set<String> names) {
                DeltaDiscoveryResponse.Builder answer =
                        DeltaDiscoveryResponse.newBuilder().setTypeUrl(type).setNonce(Integer.toString(++nonce));
                for (String name : names) {
                    Resource resource = known.get(name);
                    if (resource != null && told.add(type + name)) {
                        answer.addResources(resource);
                    }
                }
                if (answer.getResourcesCount() > 0) {
                    answers.onNext(answer.build());
                }
            }

            @Override
            public void onError(Throwable gone) {
                // The proxy has learned what it is to learn.
            }

            @Override
            public void onCompleted() {
                answers.onCompleted();
            }
        };
    }
}
