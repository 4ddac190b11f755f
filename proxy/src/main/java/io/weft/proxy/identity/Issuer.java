package io.weft.proxy.identity;

import io.weft.certs.identity.TrustBundle;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Who gives out certificates. */
interface Issuer extends AutoCloseable {

    /**
     * @param chain leaf first, without the root
     * @param bundle whom to trust from now on
     */
    record Grant(List<X509Certificate> chain, TrustBundle bundle) {
        public Grant {
            chain = List.copyOf(chain);
        }
    }

    /**
     * Asks for a certificate.
     *
     * @param csr PKCS#10 in PEM
     * @param lifetime asked for; zero for the issuer's standard
     * @param credentials by which this proxy proves who it is, and recognises the issuer
     * @return completed exceptionally when there is none, within a bounded time; the message says why
     */
    CompletionStage<Grant> request(String csr, Duration lifetime, Credentials credentials);

    @Override
    void close();
}
