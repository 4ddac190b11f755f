package io.weft.certs.identity;

import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The keys and signatures that an identity may rest on: ECDSA over P-256, P-384 and P-521, Ed25519, and RSA of 2048 to
 * 8192 bits (the upper bound bounds the cost of a handshake); hashes of the SHA-2 family from SHA-256 on.
 */
public final class KeyRules {
    private static final String NAME_CONSTRAINTS = "2.5.29.30";
    private static final int MIN_RSA_BITS = 2048;
    private static final int MAX_RSA_BITS = 8192;
    private static final int MAX_RSA_EXPONENT_BITS = 64;
    private static final List<ECParameterSpec> CURVES =
            List.of(curve("secp256r1"), curve("secp384r1"), curve("secp521r1"));
    private static final Set<String> SIGNATURES = Set.of(
            "SHA256withECDSA",
            "SHA384withECDSA",
            "SHA512withECDSA",
            "SHA256withRSA",
            "SHA384withRSA",
            "SHA512withRSA",
            "Ed25519");
    private static final Set<String> PSS_DIGESTS = Set.of("SHA-256", "SHA-384", "SHA-512");

    private KeyRules() {}

    /** What is wrong with a key, or empty. */
    public static Optional<String> problem(PublicKey key) {
        boolean allowed = switch (key) {
            case ECPublicKey ec -> CURVES.stream().anyMatch(curve -> same(curve, ec.getParams()));
            case EdECPublicKey ed -> ed.getParams().getName().equals("Ed25519");
            case RSAPublicKey rsa ->
                rsa.getModulus().bitLength() >= MIN_RSA_BITS
                        && rsa.getModulus().bitLength() <= MAX_RSA_BITS
                        && rsa.getPublicExponent().bitLength() <= MAX_RSA_EXPONENT_BITS;
            default -> false;
        };
        return allowed
                ? Optional.empty()
                : Optional.of("key " + describe(key)
                        + "; expected EC P-256, P-384 or P-521, Ed25519, or RSA of " + MIN_RSA_BITS + " to "
                        + MAX_RSA_BITS + " bits");
    }

    /** What makes a root unusable for whatever it may have issued, or empty. */
    public static Optional<String> rootProblem(X509Certificate root) {
        return root.getExtensionValue(NAME_CONSTRAINTS) == null
                ? problem(root.getPublicKey())
                // The JDK does not apply those of an anchor by itself; to ignore them would widen the trust.
                : Optional.of("root with name constraints; expected them on an intermediate");
    }

    /** What is wrong with the algorithm of a certificate's signature, or empty. */
    public static Optional<String> signatureProblem(X509Certificate certificate) {
        String name = certificate.getSigAlgName();
        return SIGNATURES.contains(name) || isAllowedPss(certificate)
                ? Optional.empty()
                : Optional.of("signed with " + Quoted.of(name)
                        + "; expected ECDSA, RSA or RSASSA-PSS with SHA-256, SHA-384 or SHA-512, or Ed25519");
    }

    /** A short name: {@code EC P-256}, {@code RSA 2048}, {@code Ed25519}. */
    public static String describe(PublicKey key) {
        return switch (key) {
            case ECPublicKey ec ->
                "EC P-" + ec.getParams().getCurve().getField().getFieldSize();
            case EdECPublicKey ed -> ed.getParams().getName();
            case RSAPublicKey rsa -> "RSA " + rsa.getModulus().bitLength();
            default -> Quoted.of(key.getAlgorithm());
        };
    }

    /** Whether a private key belongs to a public key, found out by signing. */
    public static boolean isPair(PublicKey publicKey, PrivateKey privateKey) {
        String algorithm = switch (privateKey.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            case "Ed25519", "EdDSA" -> "Ed25519";
            default ->
                throw new IllegalArgumentException(
                        "private key of algorithm '" + privateKey.getAlgorithm() + "'; expected EC, RSA or Ed25519");
        };
        byte[] probe = {'w', 'e', 'f', 't'};
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(privateKey);
            signature.update(probe);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(probe);
            return signature.verify(signed);
        } catch (InvalidKeyException | SignatureException e) {
            return false;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JVM cannot sign with " + algorithm, e);
        }
    }

    private static boolean isAllowedPss(X509Certificate certificate) {
        if (!certificate.getSigAlgName().equals("RSASSA-PSS") || certificate.getSigAlgParams() == null) {
            return false;
        }
        try {
            var parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
            parameters.init(certificate.getSigAlgParams());
            return PSS_DIGESTS.contains(
                    parameters.getParameterSpec(PSSParameterSpec.class).getDigestAlgorithm());
        } catch (GeneralSecurityException | IOException e) {
            return false;
        }
    }

    private static boolean same(ECParameterSpec expected, ECParameterSpec actual) {
        return expected.getCurve().equals(actual.getCurve())
                && expected.getGenerator().equals(actual.getGenerator())
                && expected.getOrder().equals(actual.getOrder())
                && expected.getCofactor() == actual.getCofactor();
    }

    private static ECParameterSpec curve(String name) {
        try {
            var parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(name));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM does not know the curve " + name, e);
        }
    }
}
