package io.weft.proxy.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.weft.certs.authority.Authority;
import io.weft.certs.authority.Issuance;
import io.weft.certs.identity.Fingerprint;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.SvidRules;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.Verification;
import io.weft.certs.identity.X509Svid;
import io.weft.certs.join.JoinToken;
import io.weft.certs.join.JoinTokens;
import io.weft.certs.join.Redemption;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.certs.key.SigningRequest;
import io.weft.certs.service.CertificateService;
import io.weft.certs.service.CreateCertificateRequest;
import io.weft.certs.service.CreateCertificateResponse;
import io.weft.certs.x509.CertificateRequest;
import io.weft.proxy.config.Address;
import io.weft.proxy.xds.EventLoops;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The certificate service over real TLS: join by token and pin, renew by certificate. */
class GrpcIssuerTest {

    private static final SpiffeId ID = SpiffeId.workload(TrustDomain.DEFAULT, "shop", "cart");
    private static final Context.Key<String> BEARER = Context.key("bearer");
    private static final Context.Key<X509Certificate> CLIENT = Context.key("client");

    @TempDir
    private Path tokens;

    private final Authority authority = Authority.inMemory(TrustDomain.DEFAULT, InstantSource.system());
    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final BlockingQueue<String> bearers = new LinkedBlockingQueue<>();
    private KeyPair keys = KeyAlgorithm.EC_P256.generate();
    private @Nullable Server server;

    @AfterEach
    void close() throws InterruptedException {
        if (server != null) {
            server.shutdownNow().awaitTermination();
        }
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS);
    }

    @Test
    void a_join_token_buys_a_certificate_and_that_certificate_the_next() throws Exception {
        GrpcIssuer issuer = issuer(authority, SpiffeId.controlPlane(TrustDomain.DEFAULT));
        Issuer.Grant first = ask(issuer, new Credentials.Join(token()));
        X509Svid svid = X509Svid.of(first.chain(), keys.getPrivate());
        assertThat(svid.id()).isEqualTo(ID);
        assertThat(first.bundle()).isEqualTo(authority.bundle());
        bearers.clear();

        Issuer.Grant second = ask(issuer, new Credentials.Current(svid, first.bundle()));
        assertThat(X509Svid.of(second.chain(), keys.getPrivate()).id()).isEqualTo(ID);
        assertThat(bearers).as("renewal shows no token").isEmpty();
    }

    @Test
    void a_token_is_not_shown_to_a_server_without_the_pinned_root() throws Exception {
        Authority thief = Authority.inMemory(TrustDomain.DEFAULT, InstantSource.system());
        GrpcIssuer issuer = issuer(thief, SpiffeId.controlPlane(TrustDomain.DEFAULT));

        assertThatThrownBy(() -> ask(issuer, new Credentials.Join(token())))
                .hasMessageContaining("does not contain the pinned root");
        assertThat(bearers).isEmpty();
    }

    @Test
    void a_token_is_not_shown_to_a_workload_of_the_same_mesh() throws Exception {
        GrpcIssuer issuer = issuer(authority, SpiffeId.workload(TrustDomain.DEFAULT, "shop", "thief"));

        assertThatThrownBy(() -> ask(issuer, new Credentials.Join(token())))
                .hasMessageContaining("shop/sa/thief")
                .hasMessageContaining("weft-control-plane");
        assertThat(bearers).isEmpty();
    }

    @Test
    void a_token_that_was_used_for_another_key_is_refused_and_the_answer_is_told() throws Exception {
        GrpcIssuer issuer = issuer(authority, SpiffeId.controlPlane(TrustDomain.DEFAULT));
        JoinToken token = token();
        ask(issuer, new Credentials.Join(token));
        keys = KeyAlgorithm.EC_P256.generate();

        assertThatThrownBy(() -> ask(issuer, new Credentials.Join(token)))
                .hasMessageContaining("UNAUTHENTICATED: not accepted");
    }

    private Issuer.Grant ask(Issuer issuer, Credentials credentials) throws Exception {
        String csr = SigningRequest.create(KeyAlgorithm.EC_P256, keys, ID).toPem();
        return issuer.request(csr, Duration.ofHours(1), credentials)
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    private JoinToken token() throws Exception {
        return new JoinTokens(tokens, InstantSource.system())
                .create(ID, Duration.ofMinutes(5), authority.rootFingerprint());
    }

    private GrpcIssuer issuer(Authority trusted, SpiffeId id) throws Exception {
        X509Svid own = trusted.issueOwn(KeyAlgorithm.EC_P256, id, Duration.ofHours(1), Set.of());
        SslContext tls = GrpcSslContexts.configure(
                        SslContextBuilder.forServer(stream(own.chainPem()), stream(own.keyPem())), SslProvider.OPENSSL)
                .trustManager(stream(trusted.bundle().toPem()))
                .clientAuth(ClientAuth.OPTIONAL)
                .build();
        Server started = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))
                .sslContext(tls)
                .addService(ServerInterceptors.intercept(service(trusted), new Caller()))
                .build()
                .start();
        server = started;
        return new GrpcIssuer(
                new Address.Socket("127.0.0.1", started.getPort()),
                TrustDomain.DEFAULT,
                new EventLoops(group, NioSocketChannel.class),
                Runnable::run,
                InstantSource.system());
    }

    private ServerServiceDefinition service(Authority issuing) {
        return ServerServiceDefinition.builder(CertificateService.NAME)
                .addMethod(
                        CertificateService.CREATE_CERTIFICATE,
                        ServerCalls.<CreateCertificateRequest, CreateCertificateResponse>asyncUnaryCall(
                                (request, answer) -> {
                                    SpiffeId caller = caller(request);
                                    if (caller != null
                                            && issuing.issue(request.csr(), caller, Duration.ofHours(1))
                                                    instanceof Issuance.Issued issued) {
                                        answer.onNext(CreateCertificateResponse.of(issued.chain(), issuing.bundle()));
                                        answer.onCompleted();
                                    } else {
                                        answer.onError(Status.UNAUTHENTICATED
                                                .withDescription("not accepted")
                                                .asRuntimeException());
                                    }
                                }))
                .build();
    }

    private @Nullable SpiffeId caller(CreateCertificateRequest request) {
        String bearer = BEARER.get();
        if (bearer != null) {
            try {
                return CertificateRequest.parsePem(request.csr())
                                        instanceof CertificateRequest.Reading.Proved(var proved)
                                && new JoinTokens(tokens, InstantSource.system())
                                                .redeem(bearer, Fingerprint.of(proved.key()))
                                        instanceof Redemption.Redeemed(SpiffeId id)
                        ? id
                        : null;
            } catch (java.io.IOException e) {
                return null;
            }
        }
        X509Certificate client = CLIENT.get();
        return client != null && SvidRules.read(client) instanceof Verification.Verified(SpiffeId id) ? id : null;
    }

    private static ByteArrayInputStream stream(String pem) {
        return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
    }

    private final class Caller implements ServerInterceptor {
        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
            Context context = Context.current();
            String authorization = headers.get(CertificateService.AUTHORIZATION);
            if (authorization != null) {
                bearers.add(authorization);
                context = context.withValue(BEARER, authorization.substring(CertificateService.BEARER.length()));
            }
            SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
            try {
                if (session != null) {
                    List<java.security.cert.Certificate> chain = List.of(session.getPeerCertificates());
                    context = context.withValue(CLIENT, (X509Certificate) chain.getFirst());
                }
            } catch (SSLPeerUnverifiedException e) {
                // A caller with a token has no certificate.
            }
            return Contexts.interceptCall(context, call, headers, next);
        }
    }
}
