package io.weft.certs.join;

import io.weft.certs.identity.Fingerprint;
import io.weft.certs.identity.RootPin;
import io.weft.certs.identity.SpiffeId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A secret that stands for one id, once. Its text is {@code weft1.<id>.<root>.<handle>.<secret>}, each part in base64url:
 * whom the bearer will be, the SHA-256 of the root to trust, and the 16 and 32 random bytes under which the authority
 * finds and verifies it. The first two let the bearer verify the authority before it shows the rest.
 *
 * @param handle 32 hexadecimal digits; not secret
 * @param secret 64 hexadecimal digits
 */
public record JoinToken(SpiffeId id, Fingerprint root, String handle, String secret) {
    private static final String VERSION = "weft1";
    private static final int MAX_CHARS = 4096;
    private static final int HANDLE_BYTES = 16;
    private static final int SECRET_BYTES = 32;
    private static final HexFormat HEX = HexFormat.of();

    static JoinToken create(SpiffeId id, Fingerprint root, SecureRandom random) {
        byte[] handle = new byte[HANDLE_BYTES];
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(handle);
        random.nextBytes(secret);
        return new JoinToken(id, root, HEX.formatHex(handle), HEX.formatHex(secret));
    }

    /** @throws IllegalArgumentException when the text is not a token; the message does not repeat it */
    public static JoinToken parse(String text) {
        String[] parts =
                text.length() > MAX_CHARS ? new String[0] : text.strip().split("\\.", -1);
        if (parts.length != 5 || !parts[0].equals(VERSION)) {
            throw new IllegalArgumentException("join token of " + text.length() + " characters; expected " + VERSION
                    + " and four more parts between dots, as weft certs token prints it");
        }
        return new JoinToken(
                SpiffeId.parse(new String(decode("id", parts[1]), StandardCharsets.UTF_8)),
                new Fingerprint(HEX.formatHex(decode("root fingerprint", parts[2]))),
                HEX.formatHex(decode("handle", parts[3], HANDLE_BYTES)),
                HEX.formatHex(decode("secret", parts[4], SECRET_BYTES)));
    }

    /** The text to hand to the workload. Whoever reads it first is the workload. */
    public String text() {
        return String.join(
                ".",
                VERSION,
                encode(id.toString().getBytes(StandardCharsets.UTF_8)),
                encode(root.bytes()),
                encode(HEX.parseHex(handle)),
                encode(HEX.parseHex(secret)));
    }

    /** The trust that the token carries: one root, in the trust domain of the id. */
    public RootPin pin() {
        return new RootPin(id.trustDomain(), root);
    }

    /** The SHA-256 of the secret. No salt is needed: the secret is 256 random bits. */
    byte[] secretHash() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(HEX.parseHex(secret));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no SHA-256", e);
        }
    }

    /** Everything but the secret. */
    @Override
    public String toString() {
        return "JoinToken[" + id + ", handle " + handle + "]";
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] decode(String part, String text, int bytes) {
        byte[] decoded = decode(part, text);
        if (decoded.length != bytes) {
            throw new IllegalArgumentException(
                    "join token: " + part + " of " + decoded.length + " bytes; expected " + bytes);
        }
        return decoded;
    }

    private static byte[] decode(String part, String text) {
        try {
            return Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("join token: " + part + " is not base64url", e);
        }
    }
}
