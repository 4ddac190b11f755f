package io.weft.certs.identity;

import io.weft.certs.asn1.Pem;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * An identity that can be used: a chain of certificates, leaf first, and the private key of the leaf. The chain may end
 * with the root or without it.
 */
public record X509Svid(SpiffeId id, List<X509Certificate> chain, PrivateKey key) {
    public X509Svid {
        chain = List.copyOf(chain);
    }

    /**
     * Reads the id from the chain.
     *
     * @throws IllegalArgumentException when the leaf is not a SVID by {@link SvidRules}, a certificate is not issued by
     *     the next one, or the key is not the leaf's
     */
    public static X509Svid of(List<X509Certificate> chain, PrivateKey key) {
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("SVID without a certificate");
        }
        X509Certificate leaf = chain.getFirst();
        List<Verification.Refused> problems = SvidRules.problems(leaf);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("not an X.509 SVID: " + problems.getFirst());
        }
        for (int i = 0; i + 1 < chain.size(); i++) {
            if (!chain.get(i).getIssuerX500Principal().equals(chain.get(i + 1).getSubjectX500Principal())) {
                throw new IllegalArgumentException(
                        "certificate " + i + " of the chain is not issued by certificate " + (i + 1));
            }
        }
        if (!KeyRules.isPair(leaf.getPublicKey(), key)) {
            throw new IllegalArgumentException("the private key is not the key of the leaf");
        }
        return switch (SvidRules.read(leaf)) {
            case Verification.Verified(SpiffeId id) -> new X509Svid(id, chain, key);
            case Verification.Refused refused -> throw new IllegalArgumentException("not an X.509 SVID: " + refused);
        };
    }

    /** Reads the chain and the key from PEM. */
    public static X509Svid parse(String chainPem, String keyPem) {
        return of(Pem.certificates(chainPem), Pem.privateKey(keyPem));
    }

    public X509Certificate leaf() {
        return chain.getFirst();
    }

    /** The chain as it is sent in a handshake between peers that know the root: without a self-issued end. */
    public List<X509Certificate> chainWithoutRoot() {
        X509Certificate last = chain.getLast();
        boolean endsInRoot = chain.size() > 1 && last.getSubjectX500Principal().equals(last.getIssuerX500Principal());
        return endsInRoot ? chain.subList(0, chain.size() - 1) : chain;
    }

    public Instant notBefore() {
        return leaf().getNotBefore().toInstant();
    }

    public Instant notAfter() {
        return leaf().getNotAfter().toInstant();
    }

    /** Whether the leaf is within its validity; there is no grace at either end. */
    public boolean isValidAt(Instant now) {
        return !now.isBefore(notBefore()) && !now.isAfter(notAfter());
    }

    public String chainPem() {
        return Pem.encode(chain);
    }

    /** The private key in PKCS#8. */
    public String keyPem() {
        return Pem.encode(key);
    }

    /** Everything but the key. */
    @Override
    public String toString() {
        return "X509Svid[" + id + ", serial " + leaf().getSerialNumber().toString(16) + ", " + notBefore() + " to "
                + notAfter() + "]";
    }
}
