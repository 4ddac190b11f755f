package io.weft.controlplane.issue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.weft.certs.authority.AuthorityFolder;
import io.weft.certs.authority.Lifetimes;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.issued.IssuedKeys;
import io.weft.certs.join.JoinTokens;
import io.weft.certs.service.CertificateService;
import io.weft.certs.service.CreateCertificateRequest;
import io.weft.controlplane.caller.Callers;
import io.weft.controlplane.telemetry.Metrics;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many calls for a certificate wait, and what becomes of the others. */
class CertificateQueueTest {
    private static final InstantSource CLOCK = InstantSource.system();

    @TempDir
    Path folder;

    private final Metrics metrics = new Metrics();

    private StatusRuntimeException call(Executor signing, String csr) throws Exception {
        LiveAuthority authority = LiveAuthority.open(folder, TrustDomain.DEFAULT, Lifetimes.DEFAULT, CLOCK);
        var files = new AuthorityFolder(folder);
        var lapse = new LapsedRenewal(new IssuedKeys(files.issued(), CLOCK), Duration.ZERO, CLOCK);
        var issuer = new CertificateIssuer(authority, new JoinTokens(files.tokens(), CLOCK), lapse, signing, metrics);
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(ServerInterceptors.intercept(issuer.service(), Callers.inPlaintext()))
                .build()
                .start();
        ManagedChannel channel = NettyChannelBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()))
                .usePlaintext()
                .build();
        try {
            return catchThrowableOfType(
                    StatusRuntimeException.class,
                    () -> ClientCalls.blockingUnaryCall(
                            channel,
                            CertificateService.CREATE_CERTIFICATE,
                            CallOptions.DEFAULT,
                            new CreateCertificateRequest(csr, Duration.ZERO)));
        } finally {
            channel.shutdownNow();
            server.shutdownNow().awaitTermination();
        }
    }

    @Test
    void a_call_that_would_wait_behind_too_many_is_told_to_come_back() throws Exception {
        StatusRuntimeException refusal = call(
                _ -> {
                    throw new RejectedExecutionException("full");
                },
                "csr");
        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(metrics.counter("weft_csr_overloaded_total", "").value()).isEqualTo(1);
    }

    @Test
    void a_request_that_is_far_too_large_does_not_wait() throws Exception {
        StatusRuntimeException refusal = call(
                _ -> {
                    throw new AssertionError("queued");
                },
                "x".repeat(100_000));
        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(metrics.counter("weft_csr_overloaded_total", "").value()).isZero();
    }
}
