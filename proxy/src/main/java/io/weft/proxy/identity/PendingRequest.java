package io.weft.proxy.identity;

import io.weft.certs.asn1.Pem;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.certs.key.SigningRequest;
import java.security.KeyPair;
import java.security.PrivateKey;

/**
 * A request for a certificate and the key that it is for.
 *
 * @param csr PKCS#10 in PEM
 */
record PendingRequest(String csr, PrivateKey key) {

    private static final String CSR = "CERTIFICATE REQUEST";

    static PendingRequest create(SpiffeId id) {
        KeyPair keys = KeyAlgorithm.EC_P256.generate();
        return new PendingRequest(
                SigningRequest.create(KeyAlgorithm.EC_P256, keys, id).toPem(), keys.getPrivate());
    }

    /** @throws IllegalArgumentException when the text does not hold both */
    static PendingRequest parse(String text) {
        Pem.Block request = Pem.blocks(text).stream()
                .filter(block -> block.label().equals(CSR))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no block " + CSR));
        return new PendingRequest(Pem.encode(CSR, request.der()), Pem.privateKey(text));
    }

    String text() {
        return csr + Pem.encode(key);
    }

    /** Everything but the key. */
    @Override
    public String toString() {
        return "PendingRequest[" + csr.length() + " characters]";
    }
}
