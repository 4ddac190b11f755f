package io.weft.certs.x509;

import io.weft.certs.asn1.DerElement;
import io.weft.certs.asn1.Pem;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustDomain;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Writes certificates by the profile of X509-SVID and RFC 5280. Serials come from the caller, and so does the time. */
public final class CertificateWriter {
    private CertificateWriter() {}

    /** The span in which a certificate is valid, both ends included, in whole seconds. */
    public record Validity(Instant notBefore, Instant notAfter) {
        public Validity {
            if (!notAfter.isAfter(notBefore)) {
                throw new IllegalArgumentException("validity from " + notBefore + " until " + notAfter + " is empty");
            }
        }
    }

    /** What a leaf is to say: who, with which key, for how long; DNS names and addresses only beside the id. */
    public record Leaf(
            SpiffeId id,
            Set<String> dnsNames,
            Set<InetAddress> addresses,
            PublicKey key,
            Validity validity,
            BigInteger serial) {
        public Leaf {
            dnsNames = Set.copyOf(dnsNames);
            addresses = Set.copyOf(addresses);
        }
    }

    /** A leaf certificate: empty subject, therefore a critical name extension. */
    public static X509Certificate leaf(Leaf leaf, X509Certificate issuer, PrivateKey issuerKey) {
        try {
            var builder = builder(
                    X500Name.getInstance(issuer.getSubjectX500Principal().getEncoded()),
                    leaf.serial(),
                    leaf.validity(),
                    new X500Name(new RDN[0]),
                    leaf.key());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            // RSA keys may also decipher, for peers that still exchange keys that way; the others cannot.
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(
                            leaf.key() instanceof RSAPublicKey
                                    ? KeyUsage.digitalSignature | KeyUsage.keyEncipherment
                                    : KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
            }));
            builder.addExtension(Extension.subjectAlternativeName, true, names(leaf));
            builder.addExtension(Extension.subjectKeyIdentifier, false, keyId(leaf.key()));
            byte[] issuerKeyId = issuer.getExtensionValue(Extension.subjectKeyIdentifier.getId());
            if (issuerKeyId != null) {
                byte[] keyId =
                        DerElement.parse(DerElement.parse(issuerKeyId).bytes()).bytes();
                builder.addExtension(Extension.authorityKeyIdentifier, false, new AuthorityKeyIdentifier(keyId));
            }
            return sign(builder, issuer.getPublicKey(), issuerKey);
        } catch (IOException e) {
            throw new IllegalArgumentException("certificate for '" + leaf.id() + "' cannot be encoded", e);
        }
    }

    /** A self-signed root that names its trust domain. It may sign leaves and one level of intermediates or more. */
    public static X509Certificate root(TrustDomain domain, KeyPair keys, Validity validity, BigInteger serial) {
        try {
            X500Name name = new X500Name(
                    "CN=Weft root of " + domain + " " + serial.toString(16).substring(0, 8) + ",O=" + domain);
            var builder = builder(name, serial, validity, name, keys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(Extension.subjectKeyIdentifier, false, keyId(keys.getPublic()));
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(new GeneralName(
                            GeneralName.uniformResourceIdentifier, domain.id().toString())));
            return sign(builder, keys.getPublic(), keys.getPrivate());
        } catch (IOException e) {
            throw new IllegalArgumentException("root of " + domain + " cannot be encoded", e);
        }
    }

    private static X509v3CertificateBuilder builder(
            X500Name issuer, BigInteger serial, Validity validity, X500Name subject, PublicKey key) {
        return new X509v3CertificateBuilder(
                issuer,
                serial,
                Date.from(validity.notBefore()),
                Date.from(validity.notAfter()),
                subject,
                SubjectPublicKeyInfo.getInstance(key.getEncoded()));
    }

    private static GeneralNames names(Leaf leaf) {
        List<GeneralName> names = new ArrayList<>();
        names.add(
                new GeneralName(GeneralName.uniformResourceIdentifier, leaf.id().toString()));
        leaf.dnsNames().stream()
                .sorted()
                .map(dns -> new GeneralName(GeneralName.dNSName, dns))
                .forEach(names::add);
        leaf.addresses().stream()
                .map(InetAddress::getAddress)
                .sorted(Arrays::compareUnsigned)
                .map(bytes -> new GeneralName(GeneralName.iPAddress, new DEROctetString(bytes)))
                .forEach(names::add);
        return new GeneralNames(names.toArray(GeneralName[]::new));
    }

    /** RFC 7093, method 1: the first 160 bits of the SHA-256 of the key, so that SHA-1 is needed nowhere. */
    private static SubjectKeyIdentifier keyId(PublicKey key) {
        try {
            byte[] bits = SubjectPublicKeyInfo.getInstance(key.getEncoded())
                    .getPublicKeyData()
                    .getBytes();
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bits);
            return new SubjectKeyIdentifier(Arrays.copyOf(digest, 20));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no SHA-256", e);
        }
    }

    private static X509Certificate sign(
            X509v3CertificateBuilder builder, PublicKey issuerPublicKey, PrivateKey issuerKey) throws IOException {
        try {
            var signer = new JcaContentSignerBuilder(signature(issuerPublicKey)).build(issuerKey);
            return Pem.certificate(builder.build(signer).getEncoded());
        } catch (OperatorCreationException e) {
            throw new IllegalArgumentException("the issuer's key cannot sign", e);
        }
    }

    private static String signature(PublicKey key) {
        return switch (key) {
            case ECPublicKey ec -> {
                int bits = ec.getParams().getCurve().getField().getFieldSize();
                yield bits <= 256 ? "SHA256withECDSA" : bits <= 384 ? "SHA384withECDSA" : "SHA512withECDSA";
            }
            case EdECPublicKey _ -> "Ed25519";
            case RSAPublicKey _ -> "SHA256withRSA";
            default ->
                throw new IllegalArgumentException(
                        "issuer's key of algorithm '" + key.getAlgorithm() + "'; expected EC, RSA or Ed25519");
        };
    }
}
