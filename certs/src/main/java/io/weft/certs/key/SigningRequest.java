package io.weft.certs.key;

import io.weft.certs.asn1.Der;
import io.weft.certs.asn1.Pem;
import io.weft.certs.identity.SpiffeId;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;

/**
 * A certificate signing request (PKCS#10, RFC 2986), written without a cryptography library so that a proxy needs none.
 * It names the id that the caller believes to have; an authority takes the name from the authenticated caller anyway.
 */
public final class SigningRequest {
    private static final String EXTENSION_REQUEST = "1.2.840.113549.1.9.14";
    private static final String SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
    private static final int URI = 6;

    private final byte[] der;

    private SigningRequest(byte[] der) {
        this.der = der;
    }

    /** A request for {@code id}, signed with the key pair, which must be of {@code algorithm}. */
    public static SigningRequest create(KeyAlgorithm algorithm, KeyPair keys, SpiffeId id) {
        byte[] info = Der.sequence(
                Der.integer(0),
                Der.sequence(),
                keys.getPublic().getEncoded(),
                Der.context(0, true, extensionRequest(id)));
        return new SigningRequest(
                Der.sequence(info, signatureAlgorithm(algorithm), Der.bitString(algorithm.sign(keys, info))));
    }

    public byte[] der() {
        return der.clone();
    }

    public String toPem() {
        return Pem.encode("CERTIFICATE REQUEST", der);
    }

    private static byte[] extensionRequest(SpiffeId id) {
        byte[] name = Der.context(URI, false, id.toString().getBytes(StandardCharsets.US_ASCII));
        // Critical, since the subject is empty (RFC 5280, 4.2.1.6).
        byte[] extension =
                Der.sequence(Der.oid(SUBJECT_ALTERNATIVE_NAME), Der.bool(true), Der.octetString(Der.sequence(name)));
        return Der.sequence(Der.oid(EXTENSION_REQUEST), Der.set(Der.sequence(extension)));
    }

    private static byte[] signatureAlgorithm(KeyAlgorithm algorithm) {
        return switch (algorithm) {
            case EC_P256 -> Der.sequence(Der.oid("1.2.840.10045.4.3.2"));
            case EC_P384 -> Der.sequence(Der.oid("1.2.840.10045.4.3.3"));
            case ED25519 -> Der.sequence(Der.oid("1.3.101.112"));
            case RSA_2048, RSA_4096 -> Der.sequence(Der.oid("1.2.840.113549.1.1.11"), Der.nullValue());
        };
    }
}
