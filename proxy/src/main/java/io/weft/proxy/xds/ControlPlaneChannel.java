package io.weft.proxy.xds;

import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.weft.proxy.config.Address;
import io.weft.proxy.config.Secret;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A gRPC channel to the control plane. One channel is one attempt: it is thrown away with its connection, because
 * back-off, credentials and the choice of address are decided by whoever opens the next one.
 */
public final class ControlPlaneChannel {

    // A machine that does not answer at all is given up sooner than the kernel would.
    private static final int CONNECT_MILLIS = 3_000;
    private static final int KEEPALIVE_SECONDS = 30;
    private static final int KEEPALIVE_TIMEOUT_SECONDS = 10;

    private ControlPlaneChannel() {}

    /**
     * A connection is tested after 30 s of silence and given up 10 s later; the server must permit that.
     *
     * @param tls null speaks plaintext
     * @param serverName sent as SNI and authority instead of the address; empty for the address
     * @param maxMessage bytes of one message from the server; a longer one ends the call
     * @param executor runs the callbacks of calls
     */
    public static ManagedChannel open(
            Address.Socket server,
            @Nullable SslContext tls,
            String serverName,
            int maxMessage,
            EventLoops loops,
            Executor executor) {
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress(server.host(), server.port())
                .eventLoopGroup(loops.group())
                .channelType(loops.channel())
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .executor(executor)
                .maxInboundMessageSize(maxMessage)
                .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEPALIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                .disableRetry()
                .userAgent("weft");
        if (tls == null) {
            builder.usePlaintext();
        } else {
            builder.sslContext(tls);
        }
        if (!serverName.isEmpty()) {
            builder.overrideAuthority(serverName);
        }
        return builder.build();
    }

    /**
     * TLS 1.2 and 1.3 with BoringSSL and ALPN h2.
     *
     * @param own what this side presents; null presents nothing
     * @throws SSLException when the certificate or key cannot be used
     */
    public static SslContext tls(Secret.@Nullable Certificate own, ServerCheck server) throws SSLException {
        SslContextBuilder builder = GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.OPENSSL)
                .trustManager(new CheckingTrustManager(server));
        if (own != null) {
            try {
                builder.keyManager(stream(own.chainPem()), stream(own.keyPem()));
            } catch (IllegalArgumentException e) {
                throw new SSLException("own certificate cannot be used", e);
            }
        }
        return builder.build();
    }

    private static ByteArrayInputStream stream(String pem) {
        return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
    }

    /** Asks the check and nobody else: names in URIs are not what the JDK's own verification would look at. */
    private static final class CheckingTrustManager extends javax.net.ssl.X509ExtendedTrustManager {
        private final ServerCheck server;

        CheckingTrustManager(ServerCheck server) {
            this.server = server;
        }

        private void check(X509Certificate @Nullable [] chain) throws CertificateException {
            if (chain == null || chain.length == 0) {
                throw new CertificateException("server sent no certificate");
            }
            server.check(List.of(chain));
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, java.net.Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, javax.net.ssl.SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw new CertificateException("this side is a client");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, java.net.Socket socket)
                throws CertificateException {
            throw new CertificateException("this side is a client");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, javax.net.ssl.SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("this side is a client");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
