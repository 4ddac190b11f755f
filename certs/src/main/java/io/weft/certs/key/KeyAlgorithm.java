package io.weft.certs.key;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;

/**
 * The kinds of key that Weft makes. {@link #EC_P256} is the default: small, fast, and spoken by every TLS library
 * ({@link #ED25519} is not: BoringSSL refuses it in handshakes unless told otherwise).
 */
public enum KeyAlgorithm {
    EC_P256("EC", "SHA256withECDSA"),
    EC_P384("EC", "SHA384withECDSA"),
    ED25519("Ed25519", "Ed25519"),
    RSA_2048("RSA", "SHA256withRSA"),
    RSA_4096("RSA", "SHA256withRSA");

    private final String generator;
    private final String signature;

    KeyAlgorithm(String generator, String signature) {
        this.generator = generator;
        this.signature = signature;
    }

    /** A new key pair from the JVM's secure random. */
    public KeyPair generate() {
        try {
            KeyPairGenerator keys = KeyPairGenerator.getInstance(generator);
            keys.initialize(parameters());
            return keys.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM cannot make keys of " + this, e);
        }
    }

    /** The JCA name of the signature that goes with the key. */
    public String signature() {
        return signature;
    }

    private AlgorithmParameterSpec parameters() {
        return switch (this) {
            case EC_P256 -> new ECGenParameterSpec("secp256r1");
            case EC_P384 -> new ECGenParameterSpec("secp384r1");
            case ED25519 -> NamedParameterSpec.ED25519;
            case RSA_2048 -> new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4);
            case RSA_4096 -> new RSAKeyGenParameterSpec(4096, RSAKeyGenParameterSpec.F4);
        };
    }

    byte[] sign(KeyPair keys, byte[] content) {
        try {
            Signature signer = Signature.getInstance(signature);
            signer.initSign(keys.getPrivate());
            signer.update(content);
            return signer.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("key pair is not of " + this, e);
        }
    }
}
