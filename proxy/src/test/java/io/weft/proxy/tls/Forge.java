package io.weft.proxy.tls;

import io.weft.certs.asn1.Pem;
import io.weft.proxy.config.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** Certificates of every kind, right and wrong. */
final class Forge {
    private Forge() {}

    /** A certificate, its key, and who signed it. */
    record Made(
            X509Certificate certificate,
            KeyPair keys,
            @Nullable Made issuer) {
        /** Leaf first, without the root. */
        List<X509Certificate> chain() {
            List<X509Certificate> chain = new ArrayList<>();
            for (Made made = this; made != null && (made.issuer != null || chain.isEmpty()); made = made.issuer) {
                chain.add(made.certificate);
            }
            return chain;
        }

        Secret.Certificate secret() {
            return new Secret.Certificate(Pem.encode(chain()), Pem.encode(keys.getPrivate()));
        }

        Secret.Trust trust() {
            return new Secret.Trust(Pem.encode(List.of(certificate)));
        }
    }

    /** What to make; begin with {@link #leaf} or {@link #authority} and change what is to be wrong. */
    record Recipe(
            String subject,
            List<GeneralName> names,
            List<KeyPurposeId> usages,
            boolean ca,
            Instant from,
            Instant until,
            String algorithm,
            int bits,
            String signature) {

        Recipe withNames(GeneralName... others) {
            return new Recipe(subject, List.of(others), usages, ca, from, until, algorithm, bits, signature);
        }

        Recipe withUsages(KeyPurposeId... others) {
            return new Recipe(subject, names, List.of(others), ca, from, until, algorithm, bits, signature);
        }

        Recipe valid(Instant begin, Instant end) {
            return new Recipe(subject, names, usages, ca, begin, end, algorithm, bits, signature);
        }

        Recipe rsa(int size, String signed) {
            return new Recipe(subject, names, usages, ca, from, until, "RSA", size, signed);
        }

        Made signedBy(@Nullable Made issuer) {
            try {
                return sign(this, issuer);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (GeneralSecurityException | OperatorCreationException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    static Recipe leaf(GeneralName... names) {
        return recipe("CN=leaf", false)
                .withNames(names)
                .withUsages(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth);
    }

    static Recipe authority(String subject) {
        return recipe(subject, true);
    }

    static GeneralName dns(String name) {
        return new GeneralName(GeneralName.dNSName, name);
    }

    static GeneralName uri(String name) {
        return new GeneralName(GeneralName.uniformResourceIdentifier, name);
    }

    static GeneralName email(String name) {
        return new GeneralName(GeneralName.rfc822Name, name);
    }

    private static Recipe recipe(String subject, boolean ca) {
        Instant now = Instant.now();
        return new Recipe(
                subject,
                List.of(),
                List.of(),
                ca,
                now.minus(Duration.ofMinutes(2)),
                now.plus(Duration.ofHours(1)),
                "EC",
                256,
                "SHA256withECDSA");
    }

    private static Made sign(Recipe recipe, @Nullable Made issuer)
            throws GeneralSecurityException, OperatorCreationException, IOException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(recipe.algorithm());
        generator.initialize(recipe.bits());
        KeyPair keys = generator.generateKeyPair();
        X500Name name = new X500Name(recipe.subject());
        X500Name issuerName = issuer == null
                ? name
                : X500Name.getInstance(
                        issuer.certificate().getSubjectX500Principal().getEncoded());
        var builder = new JcaX509v3CertificateBuilder(
                issuerName,
                BigInteger.valueOf(Math.abs(System.nanoTime()) + 1),
                Date.from(recipe.from()),
                Date.from(recipe.until()),
                name,
                keys.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(recipe.ca()));
        builder.addExtension(
                Extension.keyUsage, true, new KeyUsage(recipe.ca() ? KeyUsage.keyCertSign : KeyUsage.digitalSignature));
        if (!recipe.names().isEmpty()) {
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(recipe.names().toArray(GeneralName[]::new)));
        }
        if (!recipe.usages().isEmpty()) {
            builder.addExtension(
                    Extension.extendedKeyUsage,
                    false,
                    new ExtendedKeyUsage(recipe.usages().toArray(KeyPurposeId[]::new)));
        }
        KeyPair signer = issuer == null ? keys : issuer.keys();
        String signature = signer.getPrivate().getAlgorithm().equals("RSA")
                        && recipe.signature().endsWith("ECDSA")
                ? "SHA256withRSA"
                : recipe.signature();
        return new Made(
                new JcaX509CertificateConverter()
                        .getCertificate(
                                builder.build(new JcaContentSignerBuilder(signature).build(signer.getPrivate()))),
                keys,
                issuer);
    }
}
