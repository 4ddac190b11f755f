package io.weft.certs.authority;

import io.weft.certs.identity.TrustBundle;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What an authority signs with.
 *
 * @param issuers the signing certificate first, the root last; one and the same when the root signs itself
 */
record SigningMaterial(List<X509Certificate> issuers, PrivateKey key, TrustBundle bundle) {
    SigningMaterial {
        issuers = List.copyOf(issuers);
    }

    X509Certificate issuer() {
        return issuers.getFirst();
    }

    X509Certificate root() {
        return issuers.getLast();
    }

    @Override
    public String toString() {
        return "SigningMaterial[" + issuer().getSubjectX500Principal() + "]";
    }
}
