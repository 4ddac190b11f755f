package io.weft.certs.asn1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weft.certs.identity.KeyRules;
import io.weft.certs.key.KeyAlgorithm;
import io.weft.certs.testing.Crafted;
import java.security.KeyPair;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PemTest {
    @ParameterizedTest
    @EnumSource(
            value = KeyAlgorithm.class,
            names = {"EC_P256", "EC_P384", "ED25519", "RSA_2048"})
    void a_private_key_survives_its_own_pem(KeyAlgorithm algorithm) {
        KeyPair keys = algorithm.generate();

        assertThat(KeyRules.isPair(keys.getPublic(), Pem.privateKey(Pem.encode(keys.getPrivate()))))
                .isTrue();
        assertThat(KeyRules.isPair(algorithm.generate().getPublic(), keys.getPrivate()))
                .isFalse();
    }

    @Test
    void keys_in_the_older_forms_of_openssl_are_read() throws Exception {
        KeyPair rsa = Crafted.rsa(2048);
        byte[] pkcs1 = PrivateKeyInfo.getInstance(rsa.getPrivate().getEncoded())
                .parsePrivateKey()
                .toASN1Primitive()
                .getEncoded();
        assertThat(KeyRules.isPair(rsa.getPublic(), Pem.privateKey(Pem.encode("RSA PRIVATE KEY", pkcs1))))
                .isTrue();

        KeyPair ec = Crafted.ec("secp256r1");
        var inner = ECPrivateKey.getInstance(
                PrivateKeyInfo.getInstance(ec.getPrivate().getEncoded()).parsePrivateKey());
        byte[] sec1 = new ECPrivateKey(256, inner.getKey(), X9ObjectIdentifiers.prime256v1).getEncoded();
        assertThat(KeyRules.isPair(ec.getPublic(), Pem.privateKey(Pem.encode("EC PRIVATE KEY", sec1))))
                .isTrue();
    }

    @Test
    void certificates_are_read_in_order_past_other_blocks_and_text() {
        var first = Crafted.root("first").certificate();
        var second = Crafted.root("second").certificate();
        String text = "subject=first\n" + Pem.encode(List.of(first)) + Pem.encode("X509 CRL", new byte[] {1}) + "\r\n"
                + Pem.encode(List.of(second)).replace("\n", "\r\n");

        assertThat(Pem.certificates(text)).containsExactly(first, second);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-----BEGIN CERTIFICATE-----\nAAAA\n",
                "-----BEGIN CERTIFICATE-----\n?\n-----END CERTIFICATE-----",
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"
            })
    void what_is_not_a_certificate_is_refused(String text) {
        assertThatThrownBy(() -> Pem.certificates(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("no part of a private key reaches an error message")
    void no_part_of_a_key_reaches_an_error_message() {
        String broken = Pem.encode(KeyAlgorithm.EC_P256.generate().getPrivate()).replaceFirst("MEEC", "MEEE");
        String body = broken.lines().skip(1).findFirst().orElseThrow();

        assertThatThrownBy(() -> Pem.privateKey(broken))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .message()
                .doesNotContain(body.substring(20, 40));
        assertThatThrownBy(() -> Pem.privateKey(Pem.encode("ENCRYPTED PRIVATE KEY", new byte[] {1})))
                .hasMessageContaining("not encrypted");
    }

    @ParameterizedTest
    @ValueSource(strings = {"30", "3080", "308100", "30820001", "30817f", "3003020101ff", "1f0100", "3005"})
    void der_that_is_not_in_its_shortest_form_is_refused(String hex) {
        byte[] der = HexFormat.of().parseHex(hex);
        assertThatThrownBy(() -> DerElement.parse(der)).hasMessageContaining("malformed DER");
    }
}
