package io.weft.controlplane.model;

import java.util.List;
import java.util.Optional;

/** What TLS is spoken to a host, and who its server must be. */
public sealed interface ClientTls {
    ClientTls AUTO = new Auto();
    ClientTls ISTIO_MUTUAL = new IstioMutual();
    ClientTls DISABLE = new Disable();
    ClientTls CLOSED = new Closed();

    /** The mesh's mutual TLS, with each endpoint that has a sidecar which takes it. */
    record Auto() implements ClientTls {}

    /** The mesh's mutual TLS, always. */
    record IstioMutual() implements ClientTls {}

    /** None. */
    record Disable() implements ClientTls {}

    /** The TLS of the server itself, of which it cannot be told who that must be: it is not called at all. */
    record Closed() implements ClientTls {}

    /**
     * The TLS of the server itself, begun by the client's proxy: Istio's SIMPLE, and MUTUAL if a certificate is shown.
     *
     * @param sni the server name sent; empty for the one that the request asks for, and for plain TCP the service's host
     * @param subjectAltNames of which the server's certificate must hold one; empty for the server name
     * @param certificate what the client shows
     */
    record Originate(
            String sni, List<String> subjectAltNames, ServerTrust trust, Optional<CertificateFiles> certificate)
            implements ClientTls {
        public Originate {
            subjectAltNames = List.copyOf(subjectAltNames);
        }
    }

    /** By whom the server's certificate must have been issued. Files are those of the client's proxy, absolute paths. */
    sealed interface ServerTrust {
        /** One of the roots of this PEM file. */
        record RootsIn(String file) implements ServerTrust {}

        /** One of the roots that the proxy's system trusts. */
        record SystemRoots() implements ServerTrust {}

        /** Anyone: neither issuer nor name is looked at. */
        record Unverified() implements ServerTrust {}
    }

    /** PEM files of the client's proxy, absolute paths. */
    record CertificateFiles(String chain, String key) {}
}
