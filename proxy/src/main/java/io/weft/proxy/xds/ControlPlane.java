package io.weft.proxy.xds;

import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.weft.proxy.config.Address;
import io.weft.proxy.config.Secret;
import io.weft.proxy.grpc.GrpcServer;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** How the control plane is called: its address, and TLS with the check of who answers. */
public final class ControlPlane {

    private ControlPlane() {}

    /**
     * @param tls null speaks plaintext
     * @param serverName sent as SNI and authority instead of the address; empty for the address
     */
    public static GrpcServer server(
            Address.Socket server, @Nullable SslContext tls, String serverName, EventLoops loops) {
        return new GrpcServer(server.host(), server.port(), tls, serverName, loops.group(), loops.channel());
    }

    /**
     * TLS 1.2 and 1.3 with BoringSSL and ALPN h2.
     *
     * @param own what this side presents; null presents nothing
     * @throws SSLException when the certificate or key cannot be used
     */
    public static SslContext tls(Secret.@Nullable Certificate own, ServerCheck server) throws SSLException {
        SslContextBuilder builder = SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL)
                .protocols("TLSv1.3", "TLSv1.2")
                .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
                // The server's name is a SPIFFE id, which the check looks at, and not the host's name.
                .endpointIdentificationAlgorithm("")
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        ApplicationProtocolNames.HTTP_2))
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
