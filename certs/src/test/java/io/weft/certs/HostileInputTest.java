package io.weft.certs;

import static org.assertj.core.api.Assertions.assertThat;

import io.weft.certs.asn1.DerElement;
import io.weft.certs.asn1.Pem;
import io.weft.certs.identity.PeerRole;
import io.weft.certs.identity.PeerVerifier;
import io.weft.certs.identity.SpiffeId;
import io.weft.certs.identity.TrustBundle;
import io.weft.certs.identity.TrustDomain;
import io.weft.certs.identity.Verification;
import io.weft.certs.join.JoinToken;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.certs.key.SigningRequest;
import io.weft.certs.testing.Crafted;
import io.weft.certs.x509.CertificateRequest;
import io.weft.certs.x509.CertificateRequest.Reading;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Seeded mutations of good input. What must hold: no exception of an unexpected kind, and nothing altered is accepted. */
class HostileInputTest {
    private static final long SEED = 20260301L;
    // The SPIFFE specification's grammar as one expression, to compare the parser with.
    private static final Pattern ORACLE =
            Pattern.compile("spiffe://[a-z0-9._-]{1,255}(/(?!\\.{1,2}(/|\\z))[A-Za-z0-9._-]+)*", Pattern.DOTALL);

    private final Random random = new Random(SEED);

    @Test
    void no_altered_certificate_is_ever_verified() throws Exception {
        var root = Crafted.root("root");
        var bundle = TrustBundle.of(TrustDomain.DEFAULT, List.of(root.certificate()));
        byte[] good = Crafted.leaf().dns("cart.shop").by(root).certificate().getEncoded();

        mutations(good, 3_000, mutant -> {
            X509Certificate certificate;
            try {
                certificate = Pem.certificate(mutant);
            } catch (IllegalArgumentException e) {
                return;
            }
            assertThat(PeerVerifier.verify(List.of(certificate), bundle, Crafted.NOW, PeerRole.CLIENT))
                    .isInstanceOf(Verification.Refused.class);
        });
    }

    /** PKCS#10 readers forgive some ways of encoding; what counts is that the proof is of the key that is certified. */
    @Test
    void no_altered_request_proves_another_key() {
        KeyPair keys = KeyAlgorithm.EC_P256.generate();
        byte[] good = SigningRequest.create(KeyAlgorithm.EC_P256, keys, SpiffeId.parse(Crafted.ID))
                .der();
        assertThat(CertificateRequest.parse(good)).isInstanceOf(Reading.Proved.class);

        mutations(good, 2_000, mutant -> {
            if (CertificateRequest.parse(mutant) instanceof Reading.Proved(CertificateRequest request)) {
                assertThat(request.key()).isEqualTo(keys.getPublic());
                assertThat(request.uriNames()).containsExactly(Crafted.ID);
            }
        });
    }

    @Test
    void der_is_read_or_refused_and_nothing_else() {
        byte[] good = Crafted.ec("secp256r1").getPublic().getEncoded();
        mutations(good, 10_000, mutant -> {
            try {
                DerElement.parse(mutant)
                        .children()
                        .forEach(child -> assertThat(child.bytes()).hasSizeLessThanOrEqualTo(mutant.length));
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageContaining("malformed DER");
            }
        });
    }

    @Test
    void the_spiffe_parser_agrees_with_the_grammar_of_the_specification() {
        String alphabet = "abz09AZ._-/:%@?#*~ \0\u00fc";
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder("spiffe://");
            int length = random.nextInt(12);
            for (int j = 0; j < length; j++) {
                // Mostly the letters that matter, so that many are valid.
                int bound = random.nextInt(4) == 0 ? alphabet.length() : 12;
                text.append(alphabet.charAt(random.nextInt(bound)));
            }
            String candidate = text.toString();
            assertThat(isAccepted(candidate))
                    .as(candidate)
                    .isEqualTo(ORACLE.matcher(candidate).matches());
        }
    }

    @Test
    void a_token_is_read_or_refused_and_nothing_else() {
        String good = "weft1.c3BpZmZlOi8vYS9i." + "A".repeat(43) + "." + "B".repeat(21) + "A." + "C".repeat(42) + "A";
        assertThat(JoinToken.parse(good).id()).hasToString("spiffe://a/b");
        mutations(good.getBytes(StandardCharsets.ISO_8859_1), 5_000, mutant -> {
            try {
                JoinToken.parse(new String(mutant, StandardCharsets.ISO_8859_1));
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageNotContaining("CCCCCCCC");
            }
        });
    }

    private static boolean isAccepted(String candidate) {
        try {
            SpiffeId.parse(candidate);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private void mutations(byte[] good, int count, Consumer<byte[]> check) {
        for (int i = 0; i < count; i++) {
            byte[] mutant = mutate(good);
            if (!Arrays.equals(mutant, good)) {
                check.accept(mutant);
            }
        }
    }

    /** One to three bytes changed, or a piece cut out or doubled. */
    private byte[] mutate(byte[] good) {
        int at = random.nextInt(good.length);
        int length = Math.min(1 + random.nextInt(8), good.length - at);
        return switch (random.nextInt(6)) {
            case 0 -> joined(good, at, at + length);
            case 1 -> joined(good, at + length, at);
            default -> changed(good);
        };
    }

    private byte[] changed(byte[] good) {
        byte[] changed = good.clone();
        int bytes = 1 + random.nextInt(3);
        for (int i = 0; i < bytes; i++) {
            changed[random.nextInt(good.length)] = (byte) random.nextInt(256);
        }
        return changed;
    }

    /** What stands before {@code end}, and then what stands from {@code from} on. */
    private static byte[] joined(byte[] good, int end, int from) {
        byte[] joined = Arrays.copyOf(good, end + good.length - from);
        System.arraycopy(good, from, joined, end, good.length - from);
        return joined;
    }
}
