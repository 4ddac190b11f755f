package io.weft.proxy.xds;

import io.weft.proxy.config.TlsParameters.NameMatch;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;

/** Decides whether the server of a TLS connection is the one that was meant. */
@FunctionalInterface
public interface ServerCheck {

    /**
     * @param chain leaf first, never empty
     * @throws CertificateException when the connection must not go on; the message says why
     */
    void check(List<X509Certificate> chain) throws CertificateException;

    /**
     * Valid against these roots, and with a subject alternative name that matches.
     *
     * @param names at least one must match; with a URI among them the server must be a SPIFFE workload; empty for any
     */
    static ServerCheck named(String rootsPem, List<NameMatch> names, InstantSource clock) {
        return new NamedServer(rootsPem, names, clock);
    }
}
