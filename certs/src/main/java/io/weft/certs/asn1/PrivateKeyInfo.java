package io.weft.certs.asn1;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** PKCS#8 (RFC 5208) around the older forms of private keys, because the JDK reads nothing else. */
final class PrivateKeyInfo {
    private static final String RSA_ENCRYPTION = "1.2.840.113549.1.1.1";
    private static final String EC_PUBLIC_KEY = "1.2.840.10045.2.1";
    private static final String ED25519 = "1.3.101.112";
    private static final int PARAMETERS = 0xa0;

    private PrivateKeyInfo() {}

    static byte[] ofPkcs1(byte[] pkcs1) {
        return Der.sequence(
                Der.integer(0), Der.sequence(Der.oid(RSA_ENCRYPTION), Der.nullValue()), Der.octetString(pkcs1));
    }

    /** RFC 5915: the curve stands in the optional {@code [0]} element, without which the key means nothing. */
    static byte[] ofSec1(byte[] sec1) {
        DerElement curve = DerElement.parse(sec1).expect(DerElement.SEQUENCE).children().stream()
                .filter(child -> child.tag() == PARAMETERS)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("an EC PRIVATE KEY that does not name its curve"));
        return Der.sequence(Der.integer(0), Der.sequence(Der.oid(EC_PUBLIC_KEY), curve.bytes()), Der.octetString(sec1));
    }

    /** The JDK's name for the algorithm of a PKCS#8 key. */
    static String algorithm(byte[] pkcs8) {
        List<DerElement> fields =
                DerElement.parse(pkcs8).expect(DerElement.SEQUENCE).children();
        if (fields.size() < 3) {
            throw new IllegalArgumentException("malformed PRIVATE KEY block: " + fields.size() + " fields");
        }
        List<DerElement> algorithm = fields.get(1).expect(DerElement.SEQUENCE).children();
        if (algorithm.isEmpty()) {
            throw new IllegalArgumentException("malformed PRIVATE KEY block: no algorithm");
        }
        byte[] oid = algorithm.getFirst().expect(DerElement.OBJECT_IDENTIFIER).bytes();
        byte[] encoded = Der.element(DerElement.OBJECT_IDENTIFIER, oid);
        for (var known :
                List.of(List.of(RSA_ENCRYPTION, "RSA"), List.of(EC_PUBLIC_KEY, "EC"), List.of(ED25519, "Ed25519"))) {
            if (Arrays.equals(encoded, Der.oid(known.getFirst()))) {
                return known.getLast();
            }
        }
        throw new IllegalArgumentException("private key of unknown algorithm (object identifier "
                + HexFormat.of().formatHex(oid) + "); expected RSA, EC or Ed25519");
    }
}
