package io.weft.certs.testing;

import io.weft.certs.asn1.Pem;
import java.io.IOException;
import java.security.KeyPair;
import java.security.SecureRandom;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECNamedCurves;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.crypto.generators.ECKeyPairGenerator;
import org.bouncycastle.crypto.params.ECKeyGenerationParameters;
import org.bouncycastle.crypto.params.ECNamedDomainParameters;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;

/** Requests that no honest client sends. */
public final class CraftedRequest {
    private static final X500Name EMPTY = new X500Name("");

    private CraftedRequest() {}

    /** A plain request for a key pair, signed with it. */
    public static String of(KeyPair keys) {
        return sign(
                builder(keys, EMPTY),
                keys,
                keys.getPrivate().getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA");
    }

    /** Asks for everything that a caller must not get. */
    public static String greedy() {
        KeyPair keys = Crafted.ec("secp256r1");
        var builder = builder(keys, new X500Name("CN=admin,O=system:masters"));
        var wishes = new ExtensionsGenerator();
        try {
            wishes.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            wishes.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            wishes.addExtension(
                    Extension.extendedKeyUsage, true, new ExtendedKeyUsage(KeyPurposeId.anyExtendedKeyUsage));
            wishes.addExtension(Extension.subjectAlternativeName, true, new GeneralNames(new GeneralName[] {
                new GeneralName(GeneralName.uniformResourceIdentifier, "spiffe://cluster.local/ns/shop/sa/admin"),
                new GeneralName(GeneralName.uniformResourceIdentifier, "spiffe://cluster.local/ns/shop/sa/root"),
                new GeneralName(GeneralName.dNSName, "bank.example"),
                new GeneralName(GeneralName.iPAddress, "10.0.0.1"),
                new GeneralName(GeneralName.rfc822Name, "a@b.example"),
            }));
            builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, wishes.generate());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return sign(builder, keys, "SHA256withECDSA");
    }

    /** Names one key and is signed with another. */
    public static String signedByAnother() {
        return sign(builder(Crafted.ec("secp256r1"), EMPTY), Crafted.ec("secp256r1"), "SHA256withECDSA");
    }

    public static String signedWithSha1() {
        KeyPair keys = Crafted.ec("secp256r1");
        return sign(builder(keys, EMPTY), keys, "SHA1withECDSA");
    }

    /** A request for a curve that the JDK itself does not know any more. */
    public static String p224() {
        var curve = SECObjectIdentifiers.secp224r1;
        var generator = new ECKeyPairGenerator();
        generator.init(new ECKeyGenerationParameters(
                new ECNamedDomainParameters(curve, SECNamedCurves.getByOID(curve)), new SecureRandom()));
        try {
            SubjectPublicKeyInfo key = SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(
                    generator.generateKeyPair().getPublic());
            return sign(new PKCS10CertificationRequestBuilder(EMPTY, key), Crafted.ec("secp256r1"), "SHA256withECDSA");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static PKCS10CertificationRequestBuilder builder(KeyPair keys, X500Name subject) {
        return new PKCS10CertificationRequestBuilder(
                subject, SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()));
    }

    private static String sign(PKCS10CertificationRequestBuilder builder, KeyPair keys, String algorithm) {
        try {
            var request = builder.build(new JcaContentSignerBuilder(algorithm).build(keys.getPrivate()));
            return Pem.encode("CERTIFICATE REQUEST", request.getEncoded());
        } catch (IOException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }
}
