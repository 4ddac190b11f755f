package io.weft.certs.asn1;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The textual form of certificates, keys and requests (RFC 7468). Text around the blocks is allowed and skipped, as the
 * tools of the field write it. Private keys are read as PKCS#8, PKCS#1 (RSA) and SEC1 (EC), and always written as PKCS#8.
 */
public final class Pem {
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final int MAX_CHARS = 4 << 20;
    private static final Pattern BEGIN = Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,64})-----");

    private Pem() {}

    /** One block: its label and the decoded bytes. */
    public static final class Block {
        private final String label;
        private final byte[] der;

        private Block(String label, byte[] der) {
            this.label = label;
            this.der = der;
        }

        public String label() {
            return label;
        }

        public byte[] der() {
            return der.clone();
        }
    }

    /**
     * All blocks of a text, in order.
     *
     * @throws IllegalArgumentException when a block has no end, or is not base64
     */
    public static List<Block> blocks(String text) {
        if (text.length() > MAX_CHARS) {
            throw new IllegalArgumentException(
                    "PEM text of " + text.length() + " characters; expected at most " + MAX_CHARS);
        }
        List<Block> blocks = new ArrayList<>();
        Matcher begin = BEGIN.matcher(text);
        int from = 0;
        while (begin.find(from)) {
            String label = begin.group(1);
            int end = text.indexOf("-----END " + label + "-----", begin.end());
            if (end < 0) {
                throw new IllegalArgumentException(
                        "PEM block " + (blocks.size() + 1) + " (" + label + ") has no END line");
            }
            String base64 = text.substring(begin.end(), end).replaceAll("\\s", "");
            try {
                blocks.add(new Block(label, Base64.getDecoder().decode(base64)));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "PEM block " + (blocks.size() + 1) + " (" + label + ") is not base64: " + e.getMessage(), e);
            }
            from = end;
        }
        return List.copyOf(blocks);
    }

    /**
     * The certificates of a text, in order; blocks of other kinds are skipped.
     *
     * @throws IllegalArgumentException when there is none, or one cannot be parsed
     */
    public static List<X509Certificate> certificates(String text) {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks(text)) {
            if (block.label().equals(CERTIFICATE)) {
                certificates.add(certificate(block.der()));
            }
        }
        if (certificates.isEmpty()) {
            throw new IllegalArgumentException("no CERTIFICATE block in the PEM text");
        }
        return List.copyOf(certificates);
    }

    /** A certificate from its DER. */
    public static X509Certificate certificate(byte[] der) {
        try {
            var in = new ByteArrayInputStream(der);
            var certificate =
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
            if (in.available() > 0) {
                throw new IllegalArgumentException(in.available() + " bytes after the end of a certificate");
            }
            return certificate;
        } catch (CertificateException e) {
            throw new IllegalArgumentException("malformed certificate: " + e.getMessage(), e);
        }
    }

    /**
     * The one private key of a text.
     *
     * @throws IllegalArgumentException when there is none, more than one, or one that is encrypted or of unknown kind
     */
    public static PrivateKey privateKey(String text) {
        List<Block> keys = blocks(text).stream()
                .filter(block -> block.label().endsWith("PRIVATE KEY"))
                .toList();
        if (keys.size() != 1) {
            throw new IllegalArgumentException("expected one PRIVATE KEY block in the PEM text, found " + keys.size());
        }
        Block key = keys.getFirst();
        byte[] pkcs8 = switch (key.label()) {
            case "PRIVATE KEY" -> key.der();
            case "RSA PRIVATE KEY" -> PrivateKeyInfo.ofPkcs1(key.der());
            case "EC PRIVATE KEY" -> PrivateKeyInfo.ofSec1(key.der());
            default ->
                throw new IllegalArgumentException("private key of kind '" + key.label()
                        + "'; expected PRIVATE KEY (PKCS#8, not encrypted), RSA PRIVATE KEY or EC PRIVATE KEY");
        };
        try {
            return KeyFactory.getInstance(PrivateKeyInfo.algorithm(pkcs8))
                    .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException e) {
            // The cause is left out on purpose: its text may quote parts of the key.
            throw new IllegalArgumentException("malformed " + key.label() + " block");
        }
    }

    /** Certificates one after the other. */
    public static String encode(List<X509Certificate> certificates) {
        StringBuilder text = new StringBuilder();
        for (X509Certificate certificate : certificates) {
            try {
                text.append(encode(CERTIFICATE, certificate.getEncoded()));
            } catch (CertificateException e) {
                throw new IllegalArgumentException("certificate without an encoding", e);
            }
        }
        return text.toString();
    }

    /** A private key as PKCS#8. */
    public static String encode(PrivateKey key) {
        byte[] encoded = key.getEncoded();
        if (encoded == null) {
            throw new IllegalArgumentException("a key that cannot be exported (" + key.getAlgorithm() + ")");
        }
        return encode("PRIVATE KEY", encoded);
    }

    /** One block with lines of 64 characters. */
    public static String encode(String label, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }
}
