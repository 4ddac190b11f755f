package io.weft.examples.interop;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** A service of one method, which answers the server's name and, over TLS, to whom. */
final class GrpcName {
    private static final String SERVICE = "interop.Names";
    private static final Context.Key<String> PEER = Context.key("peer");

    private static final class Text implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(value.getBytes(UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static final MethodDescriptor<String, String> METHOD = MethodDescriptor.<String, String>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, "Name"))
            .setRequestMarshaller(new Text())
            .setResponseMarshaller(new Text())
            .build();

    private GrpcName() {}

    static ServerServiceDefinition service(String name) {
        var definition = ServerServiceDefinition.builder(SERVICE)
                .addMethod(METHOD, ServerCalls.asyncUnaryCall((request, response) -> {
                    String peer = PEER.get();
                    response.onNext(peer == null ? name : name + " to " + peer);
                    response.onCompleted();
                }))
                .build();
        return ServerInterceptors.intercept(definition, new PeerReader());
    }

    private static final class PeerReader implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
            return Contexts.interceptCall(
                    Context.current().withValue(PEER, session == null ? null : peer(session)), call, headers, next);
        }
    }

    private static String peer(SSLSession session) {
        try {
            var certificate = (X509Certificate) session.getPeerCertificates()[0];
            return String.valueOf(
                    certificate.getSubjectAlternativeNames().iterator().next().get(1));
        } catch (SSLPeerUnverifiedException | CertificateParsingException e) {
            return "nobody: " + e.getMessage();
        }
    }

    /** @throws io.grpc.StatusRuntimeException when the call fails */
    static String call(Channel channel) {
        return call(channel, METHOD.getFullMethodName());
    }

    /** @param method as {@code service/method}; of the same form as the one that is served */
    static String call(Channel channel, String method) {
        return ClientCalls.blockingUnaryCall(
                channel,
                METHOD.toBuilder().setFullMethodName(method).build(),
                CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS),
                "");
    }

    /** The answer, or nothing when the call fails. */
    static @Nullable String tryCall(Channel channel) {
        try {
            return call(channel);
        } catch (io.grpc.StatusRuntimeException e) {
            return null;
        }
    }
}
