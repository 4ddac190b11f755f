package io.weft.controlplane.issue;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.weft.certs.authority.Authority;
import io.weft.certs.authority.Issuance;
import io.weft.certs.identity.Fingerprint;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.join.AttemptLimit;
import io.weft.certs.join.JoinTokens;
import io.weft.certs.join.Redemption;
import io.weft.certs.service.CertificateService;
import io.weft.certs.service.CreateCertificateRequest;
import io.weft.certs.service.CreateCertificateResponse;
import io.weft.certs.x509.CertificateRequest;
import io.weft.controlplane.caller.Caller;
import io.weft.controlplane.caller.Callers;
import io.weft.controlplane.telemetry.Metrics;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Answers {@code CreateCertificate}. A caller with a certificate gets another one of the same id, for a while also after its end; a
 * caller without one must show a join token, and gets the id that the token is bound to. Everybody else is refused, with one and the same answer; the reason is in
 * the audit log only. The logger of the audit is {@code io.weft.controlplane.issue.audit}.
 */
public final class CertificateIssuer {
    private static final System.Logger AUDIT = System.getLogger("io.weft.controlplane.issue.audit");
    private static final Context.Key<String> BEARER = Context.key("weft-bearer");
    /** Longer lifetimes are cut by the authority anyway; this keeps the arithmetic within bounds. */
    private static final long MOST_SECONDS = Duration.ofDays(3650).toSeconds();

    /** Refused before it waits, so that what waits stays small. No request for a certificate comes near it. */
    private static final int LARGEST_CSR = 64 << 10;

    private final LiveAuthority authority;
    private final JoinTokens tokens;
    private final LapsedRenewal lapse;
    private final Executor signing;
    private final IssueMetrics metrics;
    private final AttemptLimit attempts = new AttemptLimit();
    // An identity is shared by the replicas of a workload, which may all start at once.
    private final RateLimit byIdentity = new RateLimit(200, 20);
    private final RateLimit inAll = new RateLimit(1_000, 200);

    /** @param signing where certificates are made; refuses what would wait too long, and the caller is then told to come back */
    public CertificateIssuer(
            LiveAuthority authority, JoinTokens tokens, LapsedRenewal lapse, Executor signing, Metrics metrics) {
        this.authority = authority;
        this.signing = signing;
        this.tokens = tokens;
        this.lapse = lapse;
        this.metrics = new IssueMetrics(metrics, authority);
    }

    /** Who asks, or why nobody may know. */
    private sealed interface Authentication {
        /** @param key by which it was proved; empty for a join token */
        record As(SpiffeId id, String by, Optional<Fingerprint> key) implements Authentication {}

        record Not(Status answer, String detail) implements Authentication {}
    }

    /** The gRPC service. Calls must have passed {@link Callers#overTls}. */
    public ServerServiceDefinition service() {
        ServerServiceDefinition service = ServerServiceDefinition.builder(CertificateService.NAME)
                .addMethod(CertificateService.CREATE_CERTIFICATE, ServerCalls.asyncUnaryCall(this::create))
                .build();
        return ServerInterceptors.intercept(service, new BearerOf());
    }

    private void create(CreateCertificateRequest request, StreamObserver<CreateCertificateResponse> answer) {
        Caller caller = Callers.current();
        metrics.requested();
        if (request.csr().length() > LARGEST_CSR) {
            metrics.malformed();
            refuse(
                    answer,
                    caller,
                    Status.INVALID_ARGUMENT.withDescription("request refused"),
                    "request of " + request.csr().length() + " characters; expected at most " + LARGEST_CSR);
            return;
        }
        try {
            signing.execute(Context.current().wrap(() -> answer(request, caller, answer)));
        } catch (RejectedExecutionException e) {
            metrics.overloaded();
            refuse(
                    answer,
                    caller,
                    Status.RESOURCE_EXHAUSTED.withDescription("try again later"),
                    "too many calls are waiting");
        }
    }

    private void answer(
            CreateCertificateRequest request, Caller caller, StreamObserver<CreateCertificateResponse> answer) {
        try {
            decide(request, caller, BEARER.get(), answer);
        } catch (IOException | RuntimeException e) {
            AUDIT.log(System.Logger.Level.ERROR, "certificate refused: source=" + caller.source() + " reason=error", e);
            answer.onError(Status.UNAVAILABLE.withDescription("try again later").asRuntimeException());
        }
    }

    private void decide(
            CreateCertificateRequest request,
            Caller caller,
            @Nullable String bearer,
            StreamObserver<CreateCertificateResponse> answer)
            throws IOException {
        Authority issuer = authority.current();
        // First of all, because a token is bound to the key of the first good request that it comes with.
        switch (issuer.inspect(request.csr())) {
            case Authority.Inspection.Unacceptable(Issuance.Refused refused) -> {
                metrics.malformed();
                refuse(answer, caller, Status.INVALID_ARGUMENT.withDescription("request refused"), refused.toString());
            }
            case Authority.Inspection.Acceptable(CertificateRequest proved) -> {
                Fingerprint key = Fingerprint.of(proved.key());
                switch (authenticate(caller, bearer, key)) {
                    case Authentication.Not(Status status, String detail) -> {
                        metrics.notAuthenticated();
                        refuse(answer, caller, status, detail);
                    }
                    case Authentication.As who -> issue(issuer, who, key, request, caller, answer);
                }
            }
        }
    }

    private void issue(
            Authority issuer,
            Authentication.As who,
            Fingerprint key,
            CreateCertificateRequest request,
            Caller caller,
            StreamObserver<CreateCertificateResponse> answer) {
        SpiffeId id = who.id();
        Duration lifetime = Duration.ofSeconds(Math.min(request.validitySeconds(), MOST_SECONDS));
        switch (issuer.issue(request.csr(), id, lifetime)) {
            case Issuance.Issued issued -> {
                AUDIT.log(
                        System.Logger.Level.INFO,
                        "certificate issued: id={0} by={1} source={2} serial={3} until={4}",
                        id,
                        who.by(),
                        caller.source(),
                        issued.chain().getFirst().getSerialNumber().toString(16),
                        issued.notAfter());
                metrics.issued();
                // Before the answer: whoever has a certificate must be able to come back with it.
                lapse.issued(id, key, issued.notAfter(), who.key());
                answer.onNext(CreateCertificateResponse.of(issued.chain(), issuer.bundle()));
                answer.onCompleted();
            }
            case Issuance.Refused refused -> {
                metrics.notSigned();
                refuse(
                        answer,
                        caller,
                        Status.FAILED_PRECONDITION.withDescription("request refused"),
                        "id=" + id + " " + refused);
            }
        }
    }

    private Authentication authenticate(Caller caller, @Nullable String bearer, Fingerprint key) throws IOException {
        Authentication who = switch (caller) {
            case Caller.Certified certified ->
                new Authentication.As(certified.id(), "certificate", Optional.of(certified.key()));
            case Caller.Lapsed lapsed -> byLapsed(lapsed);
            case Caller.Anonymous anonymous -> byToken(anonymous.source(), bearer, key);
            // The plaintext port does not have this service; a token must not travel in the clear.
            case Caller.Unverified unverified -> no("plaintext");
        };
        if (who instanceof Authentication.As(SpiffeId id, String by, var _)) {
            if (id.equals(SpiffeId.controlPlane(id.trustDomain()))) {
                return no("id=" + id + " is the control plane's own");
            }
            long now = System.nanoTime();
            if (!byIdentity.admit(id.toString(), now) || !inAll.admit("", now)) {
                return tooMany("id=" + id + " by=" + by + " asks too often");
            }
        }
        return who;
    }

    private Authentication byLapsed(Caller.Lapsed lapsed) throws IOException {
        return lapse.refusal(lapsed)
                .map(CertificateIssuer::no)
                .orElseGet(() -> new Authentication.As(lapsed.id(), "expired certificate", Optional.of(lapsed.key())));
    }

    private Authentication byToken(String source, @Nullable String bearer, Fingerprint key) throws IOException {
        if (bearer == null) {
            return no("neither certificate nor token");
        }
        if (!attempts.admit(source, System.nanoTime())) {
            return tooMany("too many failed attempts");
        }
        return switch (tokens.redeem(bearer, key)) {
            case Redemption.Redeemed(SpiffeId id) -> {
                attempts.forgive(source);
                yield new Authentication.As(id, "token", Optional.empty());
            }
            case Redemption.Refused refused -> no("token " + refused);
        };
    }

    private static Authentication no(String detail) {
        return new Authentication.Not(Status.UNAUTHENTICATED.withDescription("request not authenticated"), detail);
    }

    private static Authentication tooMany(String detail) {
        return new Authentication.Not(Status.RESOURCE_EXHAUSTED.withDescription("try again later"), detail);
    }

    private static void refuse(StreamObserver<?> answer, Caller caller, Status status, String detail) {
        AUDIT.log(System.Logger.Level.WARNING, "certificate refused: source={0} reason={1}", caller.source(), detail);
        answer.onError(status.asRuntimeException());
    }

    /** Carries the bearer token of a call to the one place that looks at it. */
    private static final class BearerOf implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            String value = headers.get(CertificateService.AUTHORIZATION);
            String prefix = CertificateService.BEARER;
            Context context = value != null && value.regionMatches(true, 0, prefix, 0, prefix.length())
                    ? Context.current()
                            .withValue(BEARER, value.substring(prefix.length()).strip())
                    : Context.current();
            return Contexts.interceptCall(context, call, headers, next);
        }
    }
}
