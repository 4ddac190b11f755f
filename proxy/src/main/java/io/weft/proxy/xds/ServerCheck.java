package io.weft.proxy.xds;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;

/** Decides whether the server of a TLS connection is the one that was meant. */
@FunctionalInterface
public interface ServerCheck {

    /**
     * @param chain leaf first, never empty
     * @throws CertificateException when the connection must not go on; the message says why
     */
    void check(List<X509Certificate> chain) throws CertificateException;
}
