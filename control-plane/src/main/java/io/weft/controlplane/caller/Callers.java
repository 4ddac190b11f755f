package io.weft.controlplane.caller;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.weft.certs.identity.Fingerprint;
import io.weft.certs.identity.PeerRole;
import io.weft.certs.identity.PeerVerifier;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustBundle;
import io.weft.certs.identity.Verification;
import io.weft.controlplane.telemetry.Counter;
import io.weft.controlplane.telemetry.Metrics;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Tells every call who its caller is. The certificate is verified again for each call, and not only in the handshake: a connection
 * can outlive its certificate, a root can be taken out of the bundle, and a TLS session can be resumed.
 */
public final class Callers {
    private static final System.Logger LOG = System.getLogger("io.weft.controlplane.caller");
    private static final Context.Key<Caller> CALLER = Context.key("weft-caller");

    private final Supplier<TrustBundle> bundle;
    private final InstantSource clock;
    private final Duration grace;
    private final Counter refused;

    /** @param grace how long ago a caller's certificate may have ended for it to be {@link Caller.Lapsed} */
    public Callers(Supplier<TrustBundle> bundle, InstantSource clock, Duration grace, Metrics metrics) {
        this.bundle = bundle;
        this.clock = clock;
        this.grace = grace;
        this.refused = metrics.counter(
                "weft_caller_refused_total", "Calls whose client certificate was refused, by reason.", "reason");
    }

    /** The caller of the call that the current thread is serving. */
    public static Caller current() {
        Caller caller = CALLER.get();
        if (caller == null) {
            throw new IllegalStateException("a call that did not pass the interceptor of Callers");
        }
        return caller;
    }

    /** For the TLS port. */
    public ServerInterceptor overTls() {
        return new ServerInterceptor() {
            @Override
            public <Q, A> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
                if (session == null) {
                    return refuse(call, "not over TLS");
                }
                String source = source(call.getAttributes());
                List<X509Certificate> chain = chain(session);
                if (chain.isEmpty()) {
                    return proceed(new Caller.Anonymous(source), call, headers, next);
                }
                Instant now = clock.instant();
                return switch (PeerVerifier.verifyLapsed(chain, bundle.get(), now, PeerRole.CLIENT, grace)) {
                    case Verification.Verified(SpiffeId id) ->
                        proceed(caller(id, chain, now, source), call, headers, next);
                    case Verification.Refused reason -> {
                        refused.count(reason.reason().name());
                        LOG.log(
                                System.Logger.Level.WARNING,
                                "call {0} from {1} refused: {2}",
                                call.getMethodDescriptor().getFullMethodName(),
                                source,
                                reason);
                        yield refuse(call, "client certificate refused");
                    }
                };
            }
        };
    }

    private static Caller caller(SpiffeId id, List<X509Certificate> chain, Instant now, String source) {
        X509Certificate leaf = chain.getFirst();
        Instant notAfter = leaf.getNotAfter().toInstant();
        return now.isAfter(notAfter)
                ? new Caller.Lapsed(id, Fingerprint.of(leaf.getPublicKey()), notAfter, source)
                : new Caller.Certified(id, chain, source);
    }

    /** For the plaintext port, where there is nothing to verify. */
    public static ServerInterceptor inPlaintext() {
        return new ServerInterceptor() {
            @Override
            public <Q, A> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                return proceed(new Caller.Unverified(source(call.getAttributes())), call, headers, next);
            }
        };
    }

    private static <Q, A> ServerCall.Listener<Q> proceed(
            Caller caller, ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return Contexts.interceptCall(Context.current().withValue(CALLER, caller), call, headers, next);
    }

    private static <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, String why) {
        call.close(Status.UNAUTHENTICATED.withDescription(why), new Metadata());
        return new ServerCall.Listener<>() {};
    }

    private static String source(Attributes attributes) {
        return attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress address
                        && address.getAddress() != null
                ? address.getAddress().getHostAddress()
                : "unknown";
    }

    private static List<X509Certificate> chain(SSLSession session) {
        Certificate[] certificates;
        try {
            certificates = session.getPeerCertificates();
        } catch (SSLPeerUnverifiedException none) {
            return List.of();
        }
        var chain = new ArrayList<X509Certificate>();
        for (Certificate certificate : certificates) {
            if (certificate instanceof X509Certificate x509) {
                chain.add(x509);
            }
        }
        return chain;
    }
}
