package io.weft.certs.identity;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.HexFormat;

/**
 * The SHA-256 of a certificate's DER, or of a public key's.
 *
 * @param hex 64 lower-case hexadecimal digits
 */
public record Fingerprint(String hex) {
    public Fingerprint {
        if (!hex.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException(
                    "fingerprint " + Quoted.of(hex) + "; expected 64 lower-case hexadecimal digits (SHA-256)");
        }
    }

    public static Fingerprint of(X509Certificate certificate) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return new Fingerprint(HexFormat.of().formatHex(digest));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("certificate without an encoding", e);
        }
    }

    /** Of the key's SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7): the same for every certificate of that key. */
    public static Fingerprint of(PublicKey key) {
        byte[] info = key.getEncoded();
        if (info == null) {
            throw new IllegalArgumentException(key.getAlgorithm() + " key without an encoding");
        }
        try {
            return of(MessageDigest.getInstance("SHA-256").digest(info));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no SHA-256", e);
        }
    }

    public static Fingerprint of(byte[] sha256) {
        return new Fingerprint(HexFormat.of().formatHex(sha256));
    }

    public byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }

    @Override
    public String toString() {
        return hex;
    }
}
