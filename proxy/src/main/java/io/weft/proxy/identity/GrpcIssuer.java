package io.weft.proxy.identity;

import io.netty.handler.ssl.SslContext;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.service.CreateCertificateResponse;
import io.weft.proxy.config.Address;
import io.weft.proxy.config.Secret;
import io.weft.proxy.grpc.GrpcCall;
import io.weft.proxy.grpc.GrpcStatus;
import io.weft.proxy.wire.Bytes;
import io.weft.proxy.wire.Draft;
import io.weft.proxy.wire.MalformedMessage;
import io.weft.proxy.wire.Message;
import io.weft.proxy.xds.ControlPlane;
import io.weft.proxy.xds.EventLoops;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Istio's certificate service over gRPC and TLS; each request has a connection of its own, since they are rare. */
final class GrpcIssuer implements Issuer {

    private static final int MAX_MESSAGE = 1024 * 1024;
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final String MESSAGES = "istio.v1.auth.";
    private static final String PATH = "/istio.v1.auth.IstioCertificateService/CreateCertificate";

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
            tls = ControlPlane.tls(own(credentials), credentials.server(clock));
        } catch (SSLException e) {
            return CompletableFuture.failedFuture(e);
        }
        CompletableFuture<Grant> grant = new CompletableFuture<>();
        Bytes request = Draft.of(MESSAGES + "IstioCertificateRequest")
                .with("csr", csr)
                .with("validity_duration", lifetime.toSeconds())
                .build()
                .toBytes();
        GrpcCall.open(
                ControlPlane.server(server, tls, "", loops),
                new GrpcCall.Method(PATH, headers(credentials), MAX_MESSAGE, DEADLINE),
                executor,
                new Answer(grant, trustDomain, request));
        return grant;
    }

    private static Secret.@Nullable Certificate own(Credentials credentials) {
        return switch (credentials) {
            case Credentials.Current(var svid, var _) -> new Secret.Certificate(svid.chainPem(), svid.keyPem());
            case Credentials.Join _, Credentials.Platform _ -> null;
        };
    }

    private static Map<String, String> headers(Credentials credentials) {
        return switch (credentials) {
            case Credentials.Join(var token) -> bearer(token.text());
            case Credentials.Platform(String token, var _) -> bearer(token);
            case Credentials.Current _ -> Map.of();
        };
    }

    private static Map<String, String> bearer(String token) {
        return Map.of("authorization", "Bearer " + token);
    }

    @Override
    public void close() {
        // A request that is under way ends by its deadline.
    }

    private record Answer(CompletableFuture<Grant> grant, TrustDomain trustDomain, Bytes request)
            implements GrpcCall.Receiver {
        @Override
        public void opened(GrpcCall call) {
            call.sendLast(request);
        }

        @Override
        public void message(Bytes response) {
            try {
                CreateCertificateResponse read =
                        new CreateCertificateResponse(Message.read(MESSAGES + "IstioCertificateResponse", response)
                                .texts("cert_chain"));
                grant.complete(new Grant(read.chain(), read.bundle(trustDomain)));
            } catch (MalformedMessage | RuntimeException e) {
                grant.completeExceptionally(
                        new IllegalStateException("answer of the certificate service: " + e.getMessage(), e));
            }
        }

        @Override
        public void closed(GrpcStatus status) {
            grant.completeExceptionally(new IllegalStateException(
                    status.isOk() ? "the certificate service gave no answer" : status.toString()));
        }
    }
}
