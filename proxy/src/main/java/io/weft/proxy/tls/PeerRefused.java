package io.weft.proxy.tls;

import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.internal.tcnative.CertificateVerifier;
import io.weft.certs.identity.Refusal;
import io.weft.certs.identity.Verification.Refused;
import java.security.cert.CertificateException;

/** Ends a handshake because of who the peer is, or is not. The peer sees only the alert; our log sees the reason. */
public final class PeerRefused extends CertificateException {
    private static final long serialVersionUID = 1L;
    private static final int MAX_CHARS = 400;

    private final Refusal refusal;

    PeerRefused(Refused refused) {
        super(refused.toString());
        this.refusal = refused.reason();
    }

    /**
     * Why a handshake failed: the refusal of the peer if that was it, otherwise what TLS says of it. It may quote the peer's certificate,
     * at a length that suits a line of a log.
     */
    public static String reason(Throwable failure) {
        Throwable why = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof PeerRefused) {
                why = cause;
            }
        }
        String reason = String.valueOf(why.getMessage());
        return reason.length() <= MAX_CHARS ? reason : reason.substring(0, MAX_CHARS) + "...";
    }

    public Refusal refusal() {
        return refusal;
    }

    /** The form that tells BoringSSL which alert to send: certificate_expired, unknown_ca, else certificate_unknown. */
    OpenSslCertificateException asAlert() {
        int code = switch (refusal) {
            case EXPIRED -> CertificateVerifier.X509_V_ERR_CERT_HAS_EXPIRED;
            case NOT_YET_VALID -> CertificateVerifier.X509_V_ERR_CERT_NOT_YET_VALID;
            case UNTRUSTED_ISSUER, UNKNOWN_TRUST_DOMAIN ->
                CertificateVerifier.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
            default -> CertificateVerifier.X509_V_ERR_UNSPECIFIED;
        };
        return new OpenSslCertificateException(String.valueOf(getMessage()), this, code);
    }
}
