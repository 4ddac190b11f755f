package io.weft.certs.testing;

import io.weft.certs.asn1.Pem;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBMPString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v1CertificateBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** A certificate with its key, built field by field so that a test can get exactly one of them wrong. */
public final class Crafted {
    public static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    public static final String ID = "spiffe://cluster.local/ns/shop/sa/cart";

    private static final ASN1ObjectIdentifier OTHER_NAME = new ASN1ObjectIdentifier("1.3.6.1.4.1.99999.1");

    private final X500Name subject;
    private final List<GeneralName> names = new ArrayList<>();
    private final List<Extension> extra = new ArrayList<>();
    private KeyPair keys = ec("secp256r1");
    private Instant notBefore = NOW.minus(Duration.ofHours(1));
    private Instant notAfter = NOW.plus(Duration.ofHours(1));
    private BigInteger serial = BigInteger.valueOf(4711);
    private String signature = "SHA256withECDSA";
    private @Nullable BasicConstraints constraints;
    private @Nullable KeyUsage usage;
    private @Nullable ExtendedKeyUsage extendedUsage;
    private byte @Nullable [] authorityKeyId;
    private byte @Nullable [] subjectKeyId;
    private boolean version1;

    private Crafted(String subject) {
        this.subject = new X500Name(subject);
    }

    /** A certificate and its key. */
    public record Made(X509Certificate certificate, KeyPair keys) {
        public X500Name name() {
            return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
        }
    }

    /** A proper leaf for {@link #ID}. */
    public static Crafted leaf() {
        return leaf(ID);
    }

    public static Crafted leaf(String... uris) {
        Crafted leaf = new Crafted("");
        for (String uri : uris) {
            leaf.names.add(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
        }
        leaf.constraints = new BasicConstraints(false);
        leaf.usage = new KeyUsage(KeyUsage.digitalSignature);
        return leaf.usedFor(KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth);
    }

    /** A proper authority. */
    public static Crafted authority(String name) {
        Crafted authority = new Crafted("CN=" + name);
        authority.constraints = new BasicConstraints(true);
        authority.usage = new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign);
        return authority;
    }

    public static Made root(String name) {
        return authority(name).until(NOW.plus(Duration.ofDays(365))).selfSigned();
    }

    public Crafted keys(KeyPair others) {
        keys = others;
        return this;
    }

    public Crafted from(Instant instant) {
        notBefore = instant;
        return this;
    }

    public Crafted until(Instant instant) {
        notAfter = instant;
        return this;
    }

    public Crafted serial(long value) {
        serial = BigInteger.valueOf(value);
        return this;
    }

    public Crafted signedWith(String algorithm) {
        signature = algorithm;
        return this;
    }

    public Crafted constraints(@Nullable BasicConstraints others) {
        constraints = others;
        return this;
    }

    public Crafted usage(@Nullable KeyUsage other) {
        usage = other;
        return this;
    }

    public Crafted usedFor(KeyPurposeId... purposes) {
        extendedUsage = purposes.length == 0 ? null : new ExtendedKeyUsage(purposes);
        return this;
    }

    public Crafted dns(String name) {
        names.add(new GeneralName(GeneralName.dNSName, name));
        return this;
    }

    public Crafted email(String name) {
        names.add(new GeneralName(GeneralName.rfc822Name, name));
        return this;
    }

    public Crafted otherNameUtf8(String name) {
        return otherName(new DERUTF8String(name));
    }

    public Crafted otherNameBmp(String name) {
        return otherName(new DERBMPString(name));
    }

    public Crafted authorityKeyId(int... bytes) {
        authorityKeyId = bytes(bytes);
        return this;
    }

    public Crafted subjectKeyId(int... bytes) {
        subjectKeyId = bytes(bytes);
        return this;
    }

    public Crafted extension(String oid, boolean critical, byte[] value) {
        extra.add(new Extension(new ASN1ObjectIdentifier(oid), critical, value));
        return this;
    }

    /** Name constraints that permit URIs of these hosts only. */
    public Crafted permitting(String... hosts) {
        var subtrees = Arrays.stream(hosts)
                .map(host -> new GeneralSubtree(new GeneralName(GeneralName.uniformResourceIdentifier, host)))
                .toArray(GeneralSubtree[]::new);
        try {
            return extension("2.5.29.30", true, new NameConstraints(subtrees, null).getEncoded());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    public Crafted version1() {
        version1 = true;
        return this;
    }

    public Made selfSigned() {
        return sign(subject, keys);
    }

    public Made by(Made issuer) {
        return sign(issuer.name(), issuer.keys());
    }

    private Made sign(X500Name issuer, KeyPair issuerKeys) {
        try {
            var signing = new JcaContentSignerBuilder(signature);
            // The JDK signs with PSS too, but not under this name.
            var signer = (signature.endsWith("MGF1") ? signing.setProvider(new BouncyCastleProvider()) : signing)
                    .build(issuerKeys.getPrivate());
            var publicKey = SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded());
            Date from = Date.from(notBefore);
            Date until = Date.from(notAfter);
            if (version1) {
                var holder =
                        new X509v1CertificateBuilder(issuer, serial, from, until, subject, publicKey).build(signer);
                return new Made(Pem.certificate(holder.getEncoded()), keys);
            }
            var builder = new X509v3CertificateBuilder(issuer, serial, from, until, subject, publicKey);
            if (constraints != null) {
                builder.addExtension(Extension.basicConstraints, true, constraints);
            }
            if (usage != null) {
                builder.addExtension(Extension.keyUsage, true, usage);
            }
            if (extendedUsage != null) {
                builder.addExtension(Extension.extendedKeyUsage, false, extendedUsage);
            }
            if (!names.isEmpty()) {
                var all = new GeneralNames(names.toArray(GeneralName[]::new));
                builder.addExtension(Extension.subjectAlternativeName, true, all);
            }
            if (authorityKeyId != null) {
                builder.addExtension(
                        Extension.authorityKeyIdentifier, false, new AuthorityKeyIdentifier(authorityKeyId));
            }
            if (subjectKeyId != null) {
                builder.addExtension(Extension.subjectKeyIdentifier, false, new SubjectKeyIdentifier(subjectKeyId));
            }
            for (Extension extension : extra) {
                builder.addExtension(extension);
            }
            return new Made(Pem.certificate(builder.build(signer).getEncoded()), keys);
        } catch (IOException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private Crafted otherName(ASN1Encodable value) {
        ASN1Encodable[] parts = {OTHER_NAME, new DERTaggedObject(true, 0, value)};
        names.add(new GeneralName(GeneralName.otherName, new DERSequence(parts)));
        return this;
    }

    /** The certificate with one byte of its signature changed. */
    public static X509Certificate forged(X509Certificate certificate) {
        try {
            byte[] der = certificate.getEncoded();
            der[der.length - 1] ^= 1;
            return Pem.certificate(der);
        } catch (CertificateException e) {
            throw new IllegalStateException(e);
        }
    }

    public static KeyPair ec(String curve) {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static KeyPair rsa(int bits) {
        try {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}
