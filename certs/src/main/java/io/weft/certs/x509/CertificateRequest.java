package io.weft.certs.x509;

import io.weft.certs.asn1.Pem;
import io.weft.certs.identity.KeyRules;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/**
 * A PKCS#10 request whose sender has proved to hold the private key (RFC 2986). There is no way to one without that
 * proof.
 *
 * @param key an allowed key; see {@link KeyRules}
 * @param uriNames the URI names that were asked for: for the audit log only, never to be granted
 */
public record CertificateRequest(PublicKey key, List<String> uriNames) {
    private static final int MAX_BYTES = 16 * 1024;
    private static final int MAX_CHARS = 2 * MAX_BYTES;
    private static final Set<ASN1ObjectIdentifier> SIGNATURES = Set.of(
            X9ObjectIdentifiers.ecdsa_with_SHA256,
            X9ObjectIdentifiers.ecdsa_with_SHA384,
            X9ObjectIdentifiers.ecdsa_with_SHA512,
            PKCSObjectIdentifiers.sha256WithRSAEncryption,
            PKCSObjectIdentifiers.sha384WithRSAEncryption,
            PKCSObjectIdentifiers.sha512WithRSAEncryption,
            EdECObjectIdentifiers.id_Ed25519);

    public CertificateRequest {
        uriNames = List.copyOf(uriNames);
    }

    /** What came of reading a request. */
    public sealed interface Reading {
        record Proved(CertificateRequest request) implements Reading {}

        record NotReadable(String detail) implements Reading {}

        record KeyNotAllowed(String detail) implements Reading {}

        record NotProved(String detail) implements Reading {}
    }

    /** Reads one {@code CERTIFICATE REQUEST} block. */
    public static Reading parsePem(String pem) {
        if (pem.length() > MAX_CHARS) {
            return new Reading.NotReadable("request of " + pem.length() + " characters; expected at most " + MAX_CHARS);
        }
        try {
            List<Pem.Block> blocks = Pem.blocks(pem).stream()
                    .filter(block -> block.label().endsWith("CERTIFICATE REQUEST"))
                    .toList();
            return blocks.size() == 1
                    ? parse(blocks.getFirst().der())
                    : new Reading.NotReadable("expected one CERTIFICATE REQUEST block, found " + blocks.size());
        } catch (IllegalArgumentException e) {
            return new Reading.NotReadable(String.valueOf(e.getMessage()));
        }
    }

    /** Reads a request of at most 16 KiB. The key is judged before the signature is computed, to bound its cost. */
    public static Reading parse(byte[] der) {
        if (der.length > MAX_BYTES) {
            return new Reading.NotReadable("request of " + der.length + " bytes; expected at most " + MAX_BYTES);
        }
        try {
            var request = new JcaPKCS10CertificationRequest(der);
            PublicKey key = request.getPublicKey();
            Optional<String> weak = KeyRules.problem(key);
            if (weak.isPresent()) {
                return new Reading.KeyNotAllowed(weak.get());
            }
            ASN1ObjectIdentifier algorithm = request.getSignatureAlgorithm().getAlgorithm();
            if (!SIGNATURES.contains(algorithm)) {
                return new Reading.NotProved("signature algorithm " + algorithm
                        + "; expected ECDSA or RSA with SHA-256, SHA-384 or SHA-512, or Ed25519");
            }
            return request.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key))
                    ? new Reading.Proved(new CertificateRequest(key, uriNames(request)))
                    : new Reading.NotProved("signature does not verify with the request's own key");
        } catch (OperatorCreationException | PKCSException e) {
            return new Reading.NotProved("signature cannot be verified: " + e.getMessage());
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            // The parser meets bytes of strangers; whatever it throws, the request is one that cannot be read.
            return new Reading.NotReadable("not a PKCS#10 request: " + e.getMessage());
        }
    }

    private static List<String> uriNames(PKCS10CertificationRequest request) {
        Extensions extensions = request.getRequestedExtensions();
        List<String> names = new ArrayList<>();
        if (extensions != null && extensions.getExtension(Extension.subjectAlternativeName) != null) {
            for (GeneralName name : GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName)
                    .getNames()) {
                if (name.getTagNo() == GeneralName.uniformResourceIdentifier) {
                    names.add(name.getName().toString());
                }
            }
        }
        return names;
    }
}
