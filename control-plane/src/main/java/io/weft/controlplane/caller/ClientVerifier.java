package io.weft.controlplane.caller;

import io.weft.certs.identity.PeerRole;
import io.weft.certs.identity.PeerVerifier;
import io.weft.certs.identity.TrustBundle;
import io.weft.certs.identity.Verification;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Lets a client's certificate through a handshake only when {@link PeerVerifier} knows who it is, or was until not long ago.
 * What the latter may do is decided call by call; see {@link Callers}.
 */
final class ClientVerifier extends X509ExtendedTrustManager {
    private static final System.Logger LOG = System.getLogger("io.weft.controlplane.caller");

    private final Supplier<TrustBundle> bundle;
    private final InstantSource clock;
    private final Duration grace;

    ClientVerifier(Supplier<TrustBundle> bundle, InstantSource clock, Duration grace) {
        this.bundle = bundle;
        this.clock = clock;
        this.grace = grace;
    }

    private void verify(X509Certificate[] chain) throws CertificateException {
        if (PeerVerifier.verifyLapsed(List.of(chain), bundle.get(), clock.instant(), PeerRole.CLIENT, grace)
                instanceof Verification.Refused refused) {
            LOG.log(System.Logger.Level.WARNING, "client certificate refused in a handshake: {0}", refused);
            throw new CertificateException(refused.toString());
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        verify(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        verify(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        verify(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
            throws CertificateException {
        throw notAClient();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
            throws CertificateException {
        throw notAClient();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw notAClient();
    }

    /**
     * None are named. Netty asks once, when the context is made, and a client whose certificate is of a root that is not on the list
     * keeps it to itself: a root that is added later would let nobody in.
     */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }

    private static CertificateException notAClient() {
        return new CertificateException("the control plane calls nobody");
    }
}
