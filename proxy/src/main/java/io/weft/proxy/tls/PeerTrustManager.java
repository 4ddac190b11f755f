package io.weft.proxy.tls;

import io.weft.certs.identity.Refusal;
import io.weft.certs.identity.Verification.Refused;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Verifies peers inside the handshake: chain, role and expected names, so that a peer that is not the one wanted sees an
 * alert and no byte of application data. Extended, because only then does BoringSSL's callback say which connection it
 * is about (attack case G1). Serves all event loops.
 */
final class PeerTrustManager extends X509ExtendedTrustManager {
    private static final X509Certificate[] NO_ISSUERS = {};

    private final @Nullable PeerTrust trust;
    private final InstantSource clock;
    // From the making of a handler until its handshake has ended either way. The engine's own session cannot carry it:
    // Netty clears the values of a session when the handshake begins.
    private final Map<SSLEngine, TlsHandler> handshaking = new ConcurrentHashMap<>();

    /** @param trust null accepts every peer and calls none of them verified */
    PeerTrustManager(@Nullable PeerTrust trust, InstantSource clock) {
        this.trust = trust;
        this.clock = clock;
    }

    @Nullable
    PeerTrust trust() {
        return trust;
    }

    void begin(TlsHandler handler) {
        handshaking.put(handler.engine(), handler);
    }

    void end(TlsHandler handler) {
        handshaking.remove(handler.engine());
    }

    int handshaking() {
        return handshaking.size();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws PeerRefused {
        throw unattributed();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws PeerRefused {
        throw unattributed();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) throws PeerRefused {
        throw unattributed();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) throws PeerRefused {
        throw unattributed();
    }

    /** None are sent to clients: the list costs bytes in every handshake and tells outsiders who is trusted. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return NO_ISSUERS;
    }

    private void check(X509Certificate[] chain, SSLEngine engine) throws CertificateException {
        TlsHandler handler = handshaking.get(engine);
        if (handler == null) {
            throw unattributed();
        }
        if (trust == null) {
            return;
        }
        List<byte[]> encoded = new ArrayList<>(chain.length);
        try {
            for (X509Certificate certificate : chain) {
                encoded.add(certificate.getEncoded());
            }
            handler.verified(trust.verify(encoded, handler.expected(), clock.instant()));
        } catch (PeerRefused e) {
            throw e.asAlert();
        } catch (Exception e) {
            throw new PeerRefused(new Refused(Refusal.MALFORMED, "chain cannot be read: " + e));
        }
    }

    private static PeerRefused unattributed() {
        return new PeerRefused(
                new Refused(Refusal.OTHER_ID, "certificate of no known connection; expected one of ours"));
    }
}
