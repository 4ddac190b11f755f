package io.weft.proxy.identity;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslContext;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.service.CertificateService;
import io.weft.certs.service.CreateCertificateRequest;
import io.weft.certs.service.CreateCertificateResponse;
import io.weft.proxy.config.Address;
import io.weft.proxy.config.Secret;
import io.weft.proxy.xds.ControlPlaneChannel;
import io.weft.proxy.xds.EventLoops;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Istio's certificate service over gRPC and TLS; each request has a connection of its own, since they are rare. */
final class GrpcIssuer implements Issuer {

    private static final int MAX_MESSAGE = 1024 * 1024;
    private static final int DEADLINE_SECONDS = 30;

    private final Address.Socket server;
    private final TrustDomain trustDomain;
    private final EventLoops loops;
    private final Executor executor;
    private final InstantSource clock;

    GrpcIssuer(
            Address.Socket server, TrustDomain trustDomain, EventLoops loops, Executor executor, InstantSource clock) {
        this.server = server;
        this.trustDomain = trustDomain;
        this.loops = loops;
        this.executor = executor;
        this.clock = clock;
    }

    @Override
    public CompletionStage<Grant> request(String csr, Duration lifetime, Credentials credentials) {
        SslContext tls;
        try {
            tls = ControlPlaneChannel.tls(own(credentials), credentials.server(clock));
        } catch (SSLException e) {
            return CompletableFuture.failedFuture(e);
        }
        ManagedChannel channel = ControlPlaneChannel.open(server, tls, "", MAX_MESSAGE, loops, executor);
        CompletableFuture<Grant> grant = new CompletableFuture<>();
        ClientCalls.asyncUnaryCall(
                MetadataUtils.newAttachHeadersInterceptor(headers(credentials))
                        .interceptCall(
                                CertificateService.CREATE_CERTIFICATE,
                                CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS),
                                channel),
                new CreateCertificateRequest(csr, lifetime),
                new Answer(grant, trustDomain));
        grant.whenComplete((_, _) -> channel.shutdownNow());
        return grant;
    }

    private static Secret.@Nullable Certificate own(Credentials credentials) {
        return switch (credentials) {
            case Credentials.Current(var svid, var _) -> new Secret.Certificate(svid.chainPem(), svid.keyPem());
            case Credentials.Join _, Credentials.Platform _ -> null;
        };
    }

    private static Metadata headers(Credentials credentials) {
        Metadata headers = new Metadata();
        switch (credentials) {
            case Credentials.Join(var token) -> bearer(headers, token.text());
            case Credentials.Platform(String token, var _) -> bearer(headers, token);
            case Credentials.Current _ -> {}
        }
        return headers;
    }

    private static void bearer(Metadata headers, String token) {
        headers.put(CertificateService.AUTHORIZATION, CertificateService.BEARER + token);
    }

    @Override
    public void close() {
        // A request that is under way ends by its deadline.
    }

    private record Answer(CompletableFuture<Grant> grant, TrustDomain trustDomain)
            implements StreamObserver<CreateCertificateResponse> {
        @Override
        public void onNext(CreateCertificateResponse response) {
            try {
                grant.complete(new Grant(response.chain(), response.bundle(trustDomain)));
            } catch (RuntimeException e) {
                grant.completeExceptionally(
                        new IllegalStateException("answer of the certificate service: " + e.getMessage(), e));
            }
        }

        @Override
        public void onError(Throwable cause) {
            Status status = Status.fromThrowable(cause);
            Throwable root = status.getCause();
            while (root != null && root.getCause() != null) {
                root = root.getCause();
            }
            String text = status.getCode()
                    + (status.getDescription() == null ? "" : ": " + status.getDescription())
                    + (root == null ? "" : ": " + root.getMessage());
            grant.completeExceptionally(new IllegalStateException(text, cause));
        }

        @Override
        public void onCompleted() {
            grant.completeExceptionally(new IllegalStateException("the certificate service gave no answer"));
        }
    }
}
