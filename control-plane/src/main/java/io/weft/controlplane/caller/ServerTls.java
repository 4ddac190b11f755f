package io.weft.controlplane.caller;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.weft.certs.identity.TrustBundle;
import io.weft.certs.identity.X509Svid;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/**
 * The TLS of the secure port: 1.2 and 1.3, a client certificate asked for but not demanded, since a proxy that comes for its first
 * one has none yet. A certificate that is shown must be good. Key and roots are asked for in each handshake, so that they can be
 * replaced while connections stay open.
 */
public final class ServerTls {
    private ServerTls() {}

    /** @param grace how long ago a client's certificate may have ended; its calls are refused, all but one kind */
    public static SslContext context(
            Supplier<X509Svid> identity, Supplier<TrustBundle> bundle, InstantSource clock, Duration grace)
            throws SSLException {
        SslContextBuilder builder = SslContextBuilder.forServer(new CurrentKey(identity))
                .trustManager(new ClientVerifier(bundle, clock, grace))
                .clientAuth(ClientAuth.OPTIONAL)
                .protocols("TLSv1.3", "TLSv1.2");
        return GrpcSslContexts.configure(builder, OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                .build();
    }
}
