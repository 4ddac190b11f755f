package io.weft.examples.training;

import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.weft.certs.authority.Authority;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.key.KeyAlgorithm;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/** Tells proxies over delta ADS what never changes, each resource once. */
public final class Teacher extends AggregatedDiscoveryServiceImplBase {

    private final Function<String, Map<String, Resource>> script;
    private final Consumer<String> refused;

    /**
     * One that tells this.
     *
     * @param script the resources of a type by name
     * @param refused is told what a proxy finds wrong
     */
    public Teacher(Function<String, Map<String, Resource>> script, Consumer<String> refused) {
        this.script = script;
        this.refused = refused;
    }

    /** TLS as a control plane has it: with a certificate of its own id, and for those with a certificate of this authority. */
    public static SslContext secured(Authority authority) throws IOException {
        X509Svid own = authority.issueOwn(
                KeyAlgorithm.EC_P256, SpiffeId.controlPlane(TrustDomain.DEFAULT), Duration.ofHours(1), Set.of());
        return GrpcSslContexts.configure(
                        SslContextBuilder.forServer(pem(own.chainPem()), pem(own.keyPem())), SslProvider.OPENSSL)
                .trustManager(pem(authority.bundle().toPem()))
                .clientAuth(ClientAuth.REQUIRE)
                .build();
    }

    private static InputStream pem(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
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
                    refused.accept(request.getErrorDetail().getMessage());
                }
                Map<String, Resource> known = script.apply(request.getTypeUrl());
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
